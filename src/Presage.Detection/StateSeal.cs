using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace Presage.Detection;

/// <summary>
/// A checksum (XXH3, 64 bits) at the end of a detector's state. A changed byte makes numbers that look like any other;
/// judged by them a host would cry or keep quiet for weeks, so state is used as it was written or not at all.
/// </summary>
static class StateSeal
{
    const int Bytes = sizeof(ulong);

    [ThreadStatic]
    static ArrayBufferWriter<byte>? s_state;

    /// <summary>Where to write state that <see cref="Close"/> passes on; one at a time on a thread.</summary>
    public static ArrayBufferWriter<byte> Open()
    {
        s_state ??= new ArrayBufferWriter<byte>();
        s_state.ResetWrittenCount();
        return s_state;
    }

    /// <summary>Appends the state and its checksum.</summary>
    public static void Close(ArrayBufferWriter<byte> state, IBufferWriter<byte> output)
    {
        output.Write(state.WrittenSpan);
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(Bytes), XxHash3.HashToUInt64(state.WrittenSpan));
        output.Advance(Bytes);
    }

    /// <summary>The state without its checksum; false when it is not the one that was written.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> state)
    {
        state = bytes[..Math.Max(0, bytes.Length - Bytes)];
        return bytes.Length >= Bytes &&
            XxHash3.HashToUInt64(state) == BinaryPrimitives.ReadUInt64LittleEndian(bytes[^Bytes..]);
    }
}

// Hot path: per sample.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Presage.Storage;

/// <summary>A growing run of journal frames of one kind.</summary>
sealed class FrameBytes
{
    byte[] _bytes = new byte[64 << 10];
    int _frame = -1;

    /// <summary>Bytes so far, those of the frame begun included; whoever writes into the room adds to it.</summary>
    public int Length { get; set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>The byte written last.</summary>
    public ref byte Last => ref _bytes[Length - 1];

    public bool IsInFrame => _frame >= 0;

    /// <summary>Whether the frame begun is long enough to be ended.</summary>
    public bool IsFrameFull => IsInFrame && Length - _frame > JournalFormat.FrameBytesTarget;

    public void Clear()
    {
        Length = 0;
        _frame = -1;
    }

    /// <summary>Room for so many bytes behind those written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Room(int bytes)
    {
        if (Length + bytes > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(Length + bytes, _bytes.Length * 2));
        }

        return _bytes.AsSpan(Length, bytes);
    }

    public void BeginFrame(byte kind)
    {
        _frame = Length;
        Room(JournalFormat.FrameHeaderBytes + 1)[JournalFormat.FrameHeaderBytes] = kind;
        Length += JournalFormat.FrameHeaderBytes + 1;
    }

    /// <summary>Completes the frame begun, if any: length and checksum.</summary>
    public void EndFrame()
    {
        if (_frame >= 0)
        {
            var payload = _bytes.AsSpan((_frame + JournalFormat.FrameHeaderBytes)..Length);
            BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_frame), payload.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_frame + 4), JournalFormat.Checksum(payload));
            _frame = -1;
        }
    }

    /// <summary>Appends whole frames.</summary>
    public void Append(ReadOnlySpan<byte> frames)
    {
        frames.CopyTo(Room(frames.Length));
        Length += frames.Length;
    }
}

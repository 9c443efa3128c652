using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace Presage.Metrics;

/// <summary>
/// The canonical byte form of a label set: for each label, sorted by name (ordinal by bytes), the name's length as
/// LEB128 varint, its UTF-8 bytes, the value's length, its UTF-8 bytes. Two label sets are equal exactly when their
/// keys are. The journal, the head's look-up table and the blocks' index all hold this form.
/// </summary>
public static class SeriesKey
{
    /// <summary>The same number for a key in every process: XXH3, 64 bits.</summary>
    public static ulong Hash(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key);

    /// <summary>Appends a length-prefixed text.</summary>
    public static void WriteText(IBufferWriter<byte> writer, string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        var span = writer.GetSpan(length + 5);
        int at = WriteLength(span, length);
        at += Encoding.UTF8.GetBytes(text, span[at..]);
        writer.Advance(at);
    }

    /// <summary>Writes a length as LEB128; returns the bytes used (1 to 5).</summary>
    public static int WriteLength(Span<byte> destination, int length)
    {
        int at = 0;
        uint rest = (uint)length;
        while (rest >= 0x80)
        {
            destination[at++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        destination[at++] = (byte)rest;
        return at;
    }

    /// <summary>The value of one label, or an empty span.</summary>
    public static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> name)
    {
        var reader = new SeriesKeyReader(key);
        while (reader.Read(out var candidate, out var value))
        {
            if (candidate.SequenceEqual(name))
            {
                return value;
            }
        }

        return default;
    }

    /// <summary>
    /// The host a series belongs to: label <c>host</c>, else <c>instance</c> without its port, else <c>job</c>, else
    /// empty. The result is a slice of the key.
    /// </summary>
    public static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> host = default, instance = default, job = default;
        var reader = new SeriesKeyReader(key);
        while (reader.Read(out var name, out var value))
        {
            if (name.SequenceEqual("host"u8))
            {
                host = value;
            }
            else if (name.SequenceEqual("instance"u8))
            {
                instance = value;
            }
            else if (name.SequenceEqual("job"u8))
            {
                job = value;
            }
        }

        return !host.IsEmpty ? host : !instance.IsEmpty ? WithoutPort(instance) : job;
    }

    static ReadOnlySpan<byte> WithoutPort(ReadOnlySpan<byte> instance)
    {
        int colon = instance.LastIndexOf((byte)':');
        if (colon <= 0 || colon == instance.Length - 1 ||
            instance[(colon + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return instance;
        }

        // A bare IPv6 address has colons of its own; its port stands behind a bracket.
        var name = instance[..colon];
        return name.Contains((byte)':') && name[^1] != (byte)']' ? instance : name;
    }
}

// Hot path: nearly every series of nearly every request. Reads without bounds checks per byte; the check at the top of
// each step is what makes it safe, and the fuzz tests compare it with SeriesDecoder on mutated bytes.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Presage.Metrics;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Decodes a <c>TimeSeries</c> of the form that senders really send: labels first, sorted, ASCII, each shorter than
/// 128 bytes, then samples of value and timestamp, nothing else. Its canonical key is built in the batch itself, in
/// one pass. Anything else is left to <see cref="SeriesDecoder"/>, which knows what is wrong and says so.
/// </summary>
static class PlainSeries
{
    /// <summary>What a copy may read or write too many.</summary>
    public const int Slack = 16;

    /// <summary>The shortest sample: tag, length, tag and one byte of timestamp (value 0 is left out).</summary>
    public const int SampleBytesMin = 4;

    /// <summary><c>__name__</c>, which has exactly eight bytes.</summary>
    static readonly ulong NamePrefix = BinaryPrimitives.ReadUInt64BigEndian("__name__"u8);

    /// <summary>Read from place 16 - n, a mask of n bytes.</summary>
    static ReadOnlySpan<byte> Masks =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Limits below this are checked by the slow path alone.</summary>
    public static bool Fits(RemoteWriteLimits limits) =>
        limits.LabelNameBytesMax >= 127 && limits.LabelValueBytesMax >= 127;

    /// <summary>
    /// True when the series was added; the batch is as before when not. <paramref name="end"/> is where the series ends
    /// in the body; bytes behind it are read (and not used) as far as the body goes.
    /// </summary>
    public static bool TryAdd(
        ReadOnlySpan<byte> body, int start, int end, int labelsMax, int samplesMax, SampleBatch batch,
        RemoteWriteSummary summary)
    {
        // Every copy within the series stays within the body.
        if (end > body.Length - Slack)
        {
            return false;
        }

        ref byte from = ref MemoryMarshal.GetReference(body);
        var key = batch.ReserveKey(end - start + Slack);
        int length = ReadLabels(ref from, ref start, end, labelsMax, ref MemoryMarshal.GetReference(key));
        if (length == 0 || start == end || (end - start) / SampleBytesMin > samplesMax - batch.SampleCount)
        {
            return false;
        }

        int before = batch.SampleCount;
        batch.AddReserved(length);
        if (AddSamples(ref from, start, end, batch) != end)
        {
            batch.DropLastSeries();
            return false;
        }

        summary.Series++;
        summary.Samples += batch.SampleCount - before;
        return true;
    }

    /// <summary>Writes the key; returns its length, 0 when the labels are not plain.</summary>
    static int ReadLabels(ref byte from, ref int start, int end, int labelsMax, ref byte key)
    {
        int at = start, length = 0, labels = 0, nameAt = 0;
        ulong before = 0;
        bool named = false;
        var seen = Vector128<byte>.Zero;
        while (at < end && At(ref from, at) == 0x0A)
        {
            // 0A label-length 0A name-length name 12 value-length value
            int labelLength = At(ref from, at + 1), next = at + 2 + labelLength;
            int nameLength = At(ref from, at + 3), valueAt = at + 4 + nameLength;
            if (labelLength >= 128 || next > end || At(ref from, at + 2) != 0x0A || nameLength is 0 or >= 128
                || valueAt + 2 >= next || At(ref from, valueAt) != 0x12
                || At(ref from, valueAt + 1) != next - valueAt - 2 || ++labels > labelsMax)
            {
                return 0;
            }

            ulong prefix = Prefix(ref from, at + 4, nameLength);
            if (prefix <= before && (prefix < before || !IsSorted(ref from, nameAt, at + 3)))
            {
                return 0;
            }

            named |= prefix == NamePrefix && nameLength == 8;
            (before, nameAt) = (prefix, at + 3);
            length = Copy(ref from, at + 3, 1 + nameLength, ref key, length, ref seen);
            length = Copy(ref from, valueAt + 1, next - valueAt - 1, ref key, length, ref seen);
            at = next;
        }

        // What is no ASCII must be valid UTF-8, which is checked elsewhere.
        start = at;
        return named && seen.ExtractMostSignificantBits() == 0 ? length : 0;
    }

    /// <summary>Two names, each behind its length, of which the first eight bytes are equal.</summary>
    static bool IsSorted(ref byte from, int first, int second) =>
        first > 0 && NameAt(ref from, first).SequenceCompareTo(NameAt(ref from, second)) < 0;

    static ReadOnlySpan<byte> NameAt(ref byte from, int at) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref from, at + 1), At(ref from, at));

    /// <summary>The first eight bytes of a name as a number that sorts as they do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Prefix(ref byte from, int at, int length)
    {
        ulong bytes = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, at)));
        return length >= 8 ? bytes : bytes & (ulong.MaxValue << (64 - (8 * length)));
    }

    /// <summary>
    /// Adds the samples that stand here; returns where something else does, or -1 when one is not plain.
    /// </summary>
    public static int AddSamples(ref byte from, int at, int end, SampleBatch batch)
    {
        while (at < end && At(ref from, at) == 0x12)
        {
            // 12 length 09 value(8) 10 timestamp; a value of zero is left out.
            int length = At(ref from, at + 1), next = at + 2 + length;
            if (length >= 128 || next > end)
            {
                return -1;
            }

            at += 2;
            long bits = 0;
            if (At(ref from, at) == 0x09 && next - at > 9)
            {
                bits = Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref from, at + 1));
                at += 9;
            }

            // Nine bytes hold every timestamp from 1970 on.
            if (next - at is < 2 or > 10 || At(ref from, at) != 0x10)
            {
                return -1;
            }

            at++;
            if (!ReadTimestamp(ref from, at, next - at, out ulong timestamp))
            {
                return -1;
            }

            batch.AddSample((long)timestamp, BitConverter.Int64BitsToDouble(bits));
            at = next;
        }

        return at;
    }

    /// <summary>A varint of a known length, one to nine bytes; false when it is shorter or longer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ReadTimestamp(ref byte from, int at, int length, out ulong timestamp)
    {
        // Times from 2004 to 2109 in milliseconds take six bytes. Eight can be read: the body goes on.
        if (length == 6)
        {
            ulong bytes = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, at));
            ulong pairs = (bytes & 0x007F007F007F) | ((bytes & 0x7F007F007F00) >> 1);
            timestamp = (pairs & 0x3FFF) | ((pairs >> 2) & (0x3FFFUL << 14)) | ((pairs >> 4) & (0x3FFFUL << 28));
            return (bytes & 0x8080_8080_8080) == 0x0080_8080_8080;
        }

        timestamp = 0;
        for (int i = 0; i < length; i++)
        {
            byte part = At(ref from, at + i);
            timestamp |= (part & 0x7FUL) << (7 * i);
            if ((part < 0x80) != (i == length - 1))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Copies in steps of 16 bytes, up to 15 too many, which the next copy overwrites; notes which bits were seen. The
    /// count is at least 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Copy(ref byte from, int at, int count, ref byte to, int length, ref Vector128<byte> seen)
    {
        int done = 0;
        for (; count - done > Vector128<byte>.Count; done += Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, at + done));
            bytes.StoreUnsafe(ref Unsafe.Add(ref to, length + done));
            seen |= bytes;
        }

        var last = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, at + done));
        last.StoreUnsafe(ref Unsafe.Add(ref to, length + done));
        ref byte masks = ref MemoryMarshal.GetReference(Masks);
        seen |= last & Vector128.LoadUnsafe(ref Unsafe.Add(ref masks, Vector128<byte>.Count - (count - done)));

        return length + count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static byte At(ref byte from, int at) => Unsafe.Add(ref from, at);
}

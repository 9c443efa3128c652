// Hot path: every accepted sample is written here once. Budget: 10 ns.
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Presage.Storage;

/// <summary>
/// Collects the frames of one group of requests, registrations and samples in whatever order they come; they are
/// written to the file by one call, the registrations first.
/// </summary>
sealed class JournalBuffer
{
    /// <summary>Token, number, time, value (a whole word, or a difference).</summary>
    const int SampleBytesMax = 1 + 5 + Varint.LengthMax + Varint.LengthMax;

    readonly FrameBytes _series = new();
    readonly FrameBytes _samples = new();
    int _previousId;
    long _previousMs;

    /// <summary>The length behind the run of unchanged values written last; it may get longer.</summary>
    int _runEnd = -1;

    /// <summary>Bytes of registrations in the group.</summary>
    public long SeriesBytes { get; private set; }

    public void Clear()
    {
        SeriesBytes = 0;
        _runEnd = -1;
        _series.Clear();
        _samples.Clear();
    }

    /// <summary>Completes the frames; the bytes to write.</summary>
    public ReadOnlySpan<byte> Complete()
    {
        EndFrame();
        if (_series.Length == 0)
        {
            return _samples.Bytes;
        }

        _series.Append(_samples.Bytes);
        return _series.Bytes;
    }

    /// <summary>
    /// Appends the registration of a series: its number in the segment is one more than the one's before.
    /// </summary>
    public void AddSeries(int journalId, ReadOnlySpan<byte> key)
    {
        if (_series.IsFrameFull)
        {
            _series.EndFrame();
        }

        if (!_series.IsInFrame)
        {
            _series.BeginFrame(JournalFormat.SeriesFrame);
            var first = _series.Room(Varint.LengthMax);
            _series.Length += Varint.Write(first, (ulong)journalId);
        }

        var room = _series.Room(key.Length + Varint.LengthMax + 1);
        int at = Varint.Write(room, (ulong)key.Length);
        key.CopyTo(room[at..]);
        room[at + key.Length] = JournalFormat.NoSampleBefore;
        _series.Length += at + key.Length + 1;
        SeriesBytes += key.Length;
    }

    /// <summary>Appends a sample of a registered series.</summary>
    public void AddSample(ref HeadSeries series, long timestampMs, double value)
    {
        if (_samples.IsFrameFull || !_samples.IsInFrame)
        {
            BeginSamples(timestampMs);
        }

        int journalId = series.JournalId;
        long bits = BitConverter.DoubleToInt64Bits(value);
        if (bits == series.JournalBits && journalId == _previousId + 1 && timestampMs == _previousMs)
        {
            AddUnchanged();
        }
        else
        {
            AddChanged(journalId, timestampMs, bits, series.JournalBits);
            series.JournalBits = bits;
            _previousMs = timestampMs;
        }

        _previousId = journalId;
    }

    void AddUnchanged()
    {
        if (_runEnd == _samples.Length)
        {
            ref byte run = ref _samples.Last;
            if (run < (JournalFormat.Run | (JournalFormat.RunMax - 1)))
            {
                run++;
                return;
            }
        }

        _samples.Room(1)[0] = JournalFormat.Run;
        _runEnd = ++_samples.Length;
    }

    void AddChanged(int journalId, long timestampMs, long bits, long before)
    {
        ref byte room = ref MemoryMarshal.GetReference(_samples.Room(SampleBytesMax));
        int token = 0, at = 1;
        if (journalId != _previousId + 1)
        {
            token = JournalFormat.OtherId;
            at = WriteVarint(ref room, at, Varint.ZigZag(journalId - _previousId));
        }

        if (timestampMs != _previousMs)
        {
            token |= JournalFormat.OtherTime;
            at = WriteVarint(ref room, at, Varint.ZigZag(timestampMs - _previousMs));
        }

        if (bits == before)
        {
            token |= JournalFormat.SameValue;
        }
        else if (JournalValue.TryInteger(bits, out long integer))
        {
            token |= JournalFormat.IntegerDelta;
            at = WriteVarint(ref room, at, Varint.ZigZag(integer - JournalValue.Integer(before)));
        }
        else if (JournalValue.TryThousandths(bits, out long thousandths))
        {
            token |= JournalFormat.ThousandthDelta;
            at = WriteVarint(ref room, at, Varint.ZigZag(thousandths - JournalValue.Thousandths(before)));
        }
        else
        {
            int significant = 8 - (BitOperations.TrailingZeroCount(bits) >> 3);
            token |= significant;
            Unsafe.WriteUnaligned(
                ref Unsafe.Add(ref room, at),
                BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(bits) : bits);
            at += significant;
        }

        room = (byte)token;
        _samples.Length += at;
    }

    /// <summary>Completes the frames begun, if any: what follows stands in others.</summary>
    public void EndFrame()
    {
        _series.EndFrame();
        _samples.EndFrame();
    }

    void BeginSamples(long timestampMs)
    {
        _samples.EndFrame();
        _samples.BeginFrame(JournalFormat.ChangesFrame);
        _runEnd = -1;
        var room = _samples.Room(Varint.LengthMax);
        _samples.Length += Varint.Write(room, Varint.ZigZag(timestampMs));
        _previousId = -1;
        _previousMs = timestampMs;
    }

    static int WriteVarint(ref byte room, int at, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Unsafe.Add(ref room, at++) = (byte)(value | 0x80);
        }

        Unsafe.Add(ref room, at++) = (byte)value;
        return at;
    }
}

// Hot path: every accepted sample is written here once. Budget: 10 ns.
using System.Buffers.Binary;
using System.Numerics;

namespace Presage.Storage;

/// <summary>Collects the frames of one group of requests; they are written to the file by one call.</summary>
sealed class JournalBuffer
{
    /// <summary>Control byte, number, time, value.</summary>
    const int SampleBytesMax = 1 + 5 + Varint.LengthMax + 8;

    byte[] _bytes = new byte[64 << 10];
    int _length;
    int _frame = -1;
    int _previousId;
    long _previousMs;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Bytes of registrations among them.</summary>
    public long SeriesBytes { get; private set; }

    public void Clear()
    {
        SeriesBytes = 0;
        _length = 0;
        _frame = -1;
    }

    /// <summary>
    /// Appends the registration of a series: its number in the segment is one more than the one's before.
    /// </summary>
    public void AddSeries(int journalId, ReadOnlySpan<byte> key)
    {
        EnsureRoom(JournalFormat.FrameHeaderBytes + key.Length + (2 * Varint.LengthMax) + 1);
        if (_frame >= 0 && _length - _frame > JournalFormat.FrameBytesTarget)
        {
            EndFrame();
        }

        if (_frame < 0)
        {
            BeginFrame(JournalFormat.SeriesFrame);
            _length += Varint.Write(_bytes.AsSpan(_length), (ulong)journalId);
        }

        _length += Varint.Write(_bytes.AsSpan(_length), (ulong)key.Length);
        key.CopyTo(_bytes.AsSpan(_length));
        _length += key.Length;
        _bytes[_length++] = JournalFormat.NoSampleBefore;
        SeriesBytes += key.Length;
    }

    /// <summary>Appends a sample of a registered series.</summary>
    public void AddSample(int journalId, long timestampMs, double value)
    {
        EnsureRoom(JournalFormat.FrameHeaderBytes + Varint.LengthMax + SampleBytesMax + 8);
        if (_frame >= 0 && _length - _frame > JournalFormat.FrameBytesTarget)
        {
            EndFrame();
        }

        if (_frame < 0)
        {
            BeginFrame(JournalFormat.SamplesFrame);
            _length += Varint.Write(_bytes.AsSpan(_length), Varint.ZigZag(timestampMs));
            _previousId = -1;
            _previousMs = timestampMs;
        }

        var span = _bytes.AsSpan(_length);
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        int significant = bits == 0 ? 0 : 8 - (BitOperations.TrailingZeroCount(bits) >> 3);
        int control = significant;
        int at = 1;
        if (journalId == _previousId + 1)
        {
            control |= JournalFormat.NextId;
        }
        else
        {
            at += Varint.Write(span[at..], Varint.ZigZag(journalId - _previousId));
        }

        if (timestampMs == _previousMs)
        {
            control |= JournalFormat.SameTime;
        }
        else
        {
            at += Varint.Write(span[at..], Varint.ZigZag(timestampMs - _previousMs));
        }

        span[0] = (byte)control;
        BinaryPrimitives.WriteUInt64BigEndian(span[at..], bits);
        _length += at + significant;
        _previousId = journalId;
        _previousMs = timestampMs;
    }

    /// <summary>Completes the frame begun, if any: length and checksum.</summary>
    public void EndFrame()
    {
        if (_frame >= 0)
        {
            var payload = _bytes.AsSpan((_frame + JournalFormat.FrameHeaderBytes).._length);
            BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_frame), payload.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_frame + 4), JournalFormat.Checksum(payload));
            _frame = -1;
        }
    }

    void BeginFrame(byte kind)
    {
        _frame = _length;
        _length += JournalFormat.FrameHeaderBytes;
        _bytes[_length++] = kind;
    }

    void EnsureRoom(int bytes)
    {
        if (_length + bytes > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + bytes, _bytes.Length * 2));
        }
    }
}

// Hot path: runs per series and sample of every request the agent sends; no allocation once its buffers have grown.
using System.Buffers.Binary;
using Presage.Metrics;
using Snappier;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Writes a batch as a Prometheus remote write 1.0 body: <c>WriteRequest</c> in a snappy block. Keeps its buffers from
/// call to call; not thread-safe.
/// </summary>
public sealed class RemoteWriteEncoder
{
    const byte SeriesTag = (1 << 3) | 2, LabelTag = (1 << 3) | 2, SampleTag = (2 << 3) | 2;
    const byte NameTag = (1 << 3) | 2, ValueTag = (2 << 3) | 2;
    const byte SampleValueTag = (1 << 3) | 1, SampleTimestampTag = 2 << 3;

    byte[] _message = new byte[16 * 1024];
    byte[] _body = new byte[8 * 1024];

    /// <summary>Encodes a batch. The result is valid until the next call.</summary>
    public ReadOnlyMemory<byte> Encode(SampleBatch batch)
    {
        int length = EncodeMessage(batch);
        int needed = Snappy.GetMaxCompressedLength(length);
        if (_body.Length < needed)
        {
            _body = new byte[needed];
        }

        return _body.AsMemory(0, Snappy.Compress(_message.AsSpan(0, length), _body));
    }

    /// <summary>Encodes without compression; the result is valid until the next call.</summary>
    internal ReadOnlySpan<byte> EncodeUncompressed(SampleBatch batch)
    {
        int length = EncodeMessage(batch);
        return _message.AsSpan(0, length);
    }

    int EncodeMessage(SampleBatch batch)
    {
        int at = 0;
        foreach (ref readonly var series in batch.Series)
        {
            var key = batch.KeyOf(series);
            var timestamps = batch.TimestampsMs.Slice(series.FirstSample, series.SampleCount);
            var values = batch.Values.Slice(series.FirstSample, series.SampleCount);
            int size = SizeOf(key, timestamps);
            EnsureMessage(at + size + 6);
            _message[at++] = SeriesTag;
            at += SeriesKey.WriteLength(_message.AsSpan(at), size);
            at = WriteLabels(key, at);
            at = WriteSamples(timestamps, values, at);
        }

        return at;
    }

    int WriteLabels(ReadOnlySpan<byte> key, int at)
    {
        var reader = new SeriesKeyReader(key);
        while (reader.Read(out var name, out var value))
        {
            _message[at++] = LabelTag;
            at += SeriesKey.WriteLength(_message.AsSpan(at), SizeOfText(name.Length) + SizeOfText(value.Length));
            at = WriteText(NameTag, name, at);
            at = WriteText(ValueTag, value, at);
        }

        return at;
    }

    int WriteSamples(ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values, int at)
    {
        for (int i = 0; i < values.Length; i++)
        {
            _message[at++] = SampleTag;
            _message[at++] = (byte)(10 + SizeOfVarint((ulong)timestamps[i]));
            _message[at++] = SampleValueTag;
            BinaryPrimitives.WriteDoubleLittleEndian(_message.AsSpan(at), values[i]);
            at += 8;
            _message[at++] = SampleTimestampTag;
            ulong rest = (ulong)timestamps[i];
            for (; rest >= 0x80; rest >>= 7)
            {
                _message[at++] = (byte)(rest | 0x80);
            }

            _message[at++] = (byte)rest;
        }

        return at;
    }

    int WriteText(byte tag, ReadOnlySpan<byte> text, int at)
    {
        _message[at++] = tag;
        at += SeriesKey.WriteLength(_message.AsSpan(at), text.Length);
        text.CopyTo(_message.AsSpan(at));
        return at + text.Length;
    }

    void EnsureMessage(int size)
    {
        if (_message.Length < size)
        {
            Array.Resize(ref _message, Math.Max(size, _message.Length * 2));
        }
    }

    static int SizeOf(ReadOnlySpan<byte> key, ReadOnlySpan<long> timestamps)
    {
        int size = 0;
        var reader = new SeriesKeyReader(key);
        while (reader.Read(out var name, out var value))
        {
            int label = SizeOfText(name.Length) + SizeOfText(value.Length);
            size += 1 + SizeOfVarint((ulong)label) + label;
        }

        foreach (long timestamp in timestamps)
        {
            // Tag, length, value tag, value, timestamp tag, timestamp.
            size += 2 + 1 + 8 + 1 + SizeOfVarint((ulong)timestamp);
        }

        return size;
    }

    static int SizeOfText(int length) => 1 + SizeOfVarint((ulong)length) + length;

    static int SizeOfVarint(ulong value) => ((64 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) + 6) / 7;
}

using Presage.Metrics;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Reads a native histogram as both versions of remote write send it: spans of neighbouring buckets, counts as
/// differences (integers) or as they are (floats).
/// </summary>
ref struct HistogramReader
{
    const int CountInt = 1, CountFloat = 2, SumOf = 3, SchemaOf = 4, ZeroThresholdOf = 5, ZeroInt = 6, ZeroFloat = 7;
    const int NegativeSpans = 8, NegativeDeltas = 9, NegativeCounts = 10;
    const int PositiveSpans = 11, PositiveDeltas = 12, PositiveCounts = 13;
    const int HintOf = 14, Timestamp = 15, CustomValues = 16;

    readonly List<(int Offset, long Length)> _negativeSpans = [];
    readonly List<(int Offset, long Length)> _positiveSpans = [];
    readonly List<double> _negative = [];
    readonly List<double> _positive = [];
    readonly List<double> _custom = [];
    double _count;
    double _sum;
    double _zeroThreshold;
    double _zeroCount;
    int _schema;
    ulong _hint;
    long _timestampMs;

    public HistogramReader()
    {
    }

    /// <summary>The time of the histogram read.</summary>
    public readonly long TimestampMs => _timestampMs;

    /// <summary>Whether it is no histogram but the end of the series.</summary>
    public readonly bool IsStale => SampleValue.IsStale(_sum);

    /// <summary>Reads the fields; returns what is malformed.</summary>
    public string? Read(ReadOnlySpan<byte> message, int position, out int problemAt)
    {
        var reader = new ProtobufReader(message, position);
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            if (!ReadField(ref reader, field, type))
            {
                break;
            }
        }

        problemAt = reader.Position;
        return reader.Problem;
    }

    /// <summary>The histogram; null where its fields do not fit together, with what is wrong.</summary>
    public readonly NativeHistogram? ToHistogram(out string? problem) => new HistogramLayout
    {
        Schema = _schema,
        ZeroThreshold = _zeroThreshold,
        PositiveSpans = _positiveSpans,
        NegativeSpans = _negativeSpans,
        CustomBounds = _custom,
    }.TryMake(
        _hint <= 3 ? (CounterResetHint)_hint : CounterResetHint.Unknown, _count, _sum, _zeroCount, _positive, _negative,
        out problem);

    bool ReadField(ref ProtobufReader reader, int field, WireType type) => (field, type) switch
    {
        (CountInt, WireType.Varint) => ReadWhole(ref reader, out _count),
        (CountFloat, WireType.Fixed64) => reader.ReadDouble(out _count),
        (SumOf, WireType.Fixed64) => reader.ReadDouble(out _sum),
        (SchemaOf, WireType.Varint) => ReadSigned(ref reader, out _schema),
        (ZeroThresholdOf, WireType.Fixed64) => reader.ReadDouble(out _zeroThreshold),
        (ZeroInt, WireType.Varint) => ReadWhole(ref reader, out _zeroCount),
        (ZeroFloat, WireType.Fixed64) => reader.ReadDouble(out _zeroCount),
        (NegativeSpans, WireType.Bytes) => ReadSpan(ref reader, _negativeSpans),
        (PositiveSpans, WireType.Bytes) => ReadSpan(ref reader, _positiveSpans),
        (NegativeDeltas, WireType.Bytes) => ReadDeltas(ref reader, _negative),
        (PositiveDeltas, WireType.Bytes) => ReadDeltas(ref reader, _positive),
        (NegativeCounts, WireType.Bytes) => ReadDoubles(ref reader, _negative),
        (PositiveCounts, WireType.Bytes) => ReadDoubles(ref reader, _positive),
        (HintOf, WireType.Varint) => reader.ReadVarint(out _hint),
        (Timestamp, WireType.Varint) => ReadTime(ref reader, out _timestampMs),
        (CustomValues, WireType.Bytes) => ReadDoubles(ref reader, _custom),
        _ => reader.Skip(type),
    };

    static bool ReadWhole(ref ProtobufReader reader, out double number)
    {
        bool read = reader.ReadVarint(out ulong value);
        number = value;
        return read;
    }

    static bool ReadTime(ref ProtobufReader reader, out long timeMs)
    {
        bool read = reader.ReadVarint(out ulong value);
        timeMs = (long)value;
        return read;
    }

    static bool ReadSigned(ref ProtobufReader reader, out int number)
    {
        bool read = reader.ReadVarint(out ulong value);
        number = (int)UnZigZag(value);
        return read;
    }

    static bool ReadSpan(ref ProtobufReader reader, List<(int Offset, long Length)> spans)
    {
        if (!reader.ReadBytes(out var bytes, out int position))
        {
            return false;
        }

        var span = new ProtobufReader(bytes, position);
        int offset = 0;
        ulong length = 0;
        while (!span.AtEnd && span.ReadTag(out int field, out var type))
        {
            bool read = (field, type) switch
            {
                (1, WireType.Varint) => ReadSigned(ref span, out offset),
                (2, WireType.Varint) => span.ReadVarint(out length),
                _ => span.Skip(type),
            };
            if (!read)
            {
                break;
            }
        }

        spans.Add((offset, (long)Math.Min(length, int.MaxValue)));
        return span.Problem is null || reader.Reject(span.Problem);
    }

    /// <summary>Integer counts, each as the difference to the one before.</summary>
    static bool ReadDeltas(ref ProtobufReader reader, List<double> counts)
    {
        if (!reader.ReadBytes(out var bytes, out int position))
        {
            return false;
        }

        var packed = new ProtobufReader(bytes, position);
        long count = 0;
        while (!packed.AtEnd && packed.ReadVarint(out ulong delta))
        {
            count += UnZigZag(delta);
            counts.Add(count);
        }

        return packed.Problem is null || reader.Reject(packed.Problem);
    }

    static bool ReadDoubles(ref ProtobufReader reader, List<double> numbers)
    {
        if (!reader.ReadBytes(out var bytes, out int position))
        {
            return false;
        }

        var packed = new ProtobufReader(bytes, position);
        while (!packed.AtEnd && packed.ReadDouble(out double number))
        {
            numbers.Add(number);
        }

        return packed.Problem is null || reader.Reject(packed.Problem);
    }

    static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}

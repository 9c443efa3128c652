// Hot path: runs per series and sample of every remote write 2.0 request.
using Presage.Metrics;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Decodes one <c>TimeSeries { labels_refs = 1, samples = 2, histograms = 3, exemplars = 4, metadata = 5 }</c> of
/// remote write 2.0 into a batch.
/// </summary>
ref struct LaterSeriesDecoder(
    RemoteWriteLimits limits, ReadOnlySpan<byte> body, SymbolTable symbols, MetadataRefs metadata, SampleBatch batch,
    RemoteWriteSummary summary)
{
    const int Refs = 1, Samples = 2, Histograms = 3, Exemplars = 4, Metadata = 5;

    readonly ReadOnlySpan<byte> _body = body;

    /// <summary>Made for the first series that needs it: most requests hold at most one (<see cref="PlainRefs"/>).
    /// </summary>
    SeriesLabels? _labels;
    int _nameRef;

    /// <summary>Set when the series would have brought the request over <see cref="RemoteWriteLimits.SamplesMax"/>.
    /// </summary>
    public bool IsOverSampleLimit { get; private set; }

    /// <summary>
    /// Decodes a series; returns what is malformed, or null. Invalid series are counted in the summary.
    /// </summary>
    public string? Decode(ReadOnlySpan<byte> message, int position, int ordinal, out int problemAt)
    {
        _labels ??= new SeriesLabels(limits);
        _labels.Clear();
        _nameRef = -1;
        var tail = new Tail();
        string? problem = ReadFields(message, position, ref tail, out problemAt);
        if (problem is not null)
        {
            return problem;
        }

        if (tail.Samples > limits.SamplesMax - batch.SampleCount)
        {
            IsOverSampleLimit = true;
            return null;
        }

        summary.Exemplars += tail.Exemplars;
        summary.Histograms += tail.Histograms;
        if (tail.Samples + tail.Histograms == 0)
        {
            return null;
        }

        if (_labels.Reject(_body, out var reason, out string? explanation))
        {
            summary.Reject(reason);
            summary.SamplesRejected += tail.Samples;
            summary.HistogramsRejected += tail.Histograms;
            Explain(ordinal, explanation!);
            return null;
        }

        int before = batch.SampleCount;
        _labels.AddTo(batch, _body);
        byte[]? key = tail.Histograms > 0 ? batch.KeyOf(batch.Series[^1]).ToArray() : null;
        if (tail.Samples == 0)
        {
            batch.DropLastSeries();
        }
        else
        {
            problem = SampleReader.AddAll(message, position, tail.FirstSample, batch, out problemAt);
            summary.Series++;
            summary.Samples += batch.SampleCount - before;
        }

        return key is null || problem is not null
            ? problem
            : AddHistograms(message, position, key, ordinal, out problemAt);
    }

    string? AddHistograms(ReadOnlySpan<byte> message, int position, byte[] key, int ordinal, out int problemAt)
    {
        string? problem = HistogramFields.AddAll(
            message, position, Histograms, key, batch, summary, out string? contradiction, out problemAt);
        if (contradiction is not null)
        {
            Explain(ordinal, contradiction);
        }

        IsOverSampleLimit = batch.SampleCount > limits.SamplesMax;
        return problem;
    }

    string? ReadFields(ReadOnlySpan<byte> message, int position, ref Tail tail, out int problemAt)
    {
        var reader = new ProtobufReader(message, position);
        while (!reader.AtEnd)
        {
            int start = reader.Offset;
            problemAt = reader.Position;
            if (!reader.ReadTag(out int field, out var type))
            {
                break;
            }

            if (type != WireType.Bytes || field is < Refs or > Metadata)
            {
                if (field == Refs && type == WireType.Varint)
                {
                    return "labels_refs is not packed";
                }

                if (!reader.Skip(type))
                {
                    break;
                }

                continue;
            }

            if (!reader.ReadBytes(out var value, out int valueAt))
            {
                break;
            }

            string? problem = null;
            switch (field)
            {
                case Refs:
                    problem = ReadRefs(value, valueAt, out problemAt);
                    break;
                case Samples:
                    tail.FirstSample = tail.Samples++ == 0 ? start : tail.FirstSample;
                    break;
                case Histograms:
                    tail.Histograms++;
                    break;
                case Exemplars:
                    tail.Exemplars++;
                    break;
                default:
                    problem = metadata.Decode(_body, value, valueAt, _nameRef, summary, out problemAt);
                    break;
            }

            if (problem is not null)
            {
                return problem;
            }
        }

        problemAt = reader.Position;
        return reader.Problem;
    }

    /// <summary>Packed pairs of symbol numbers: name, value, name, value …</summary>
    string? ReadRefs(ReadOnlySpan<byte> packed, int position, out int problemAt)
    {
        var reader = new ProtobufReader(packed, position);
        while (!reader.AtEnd)
        {
            problemAt = reader.Position;
            if (!reader.ReadVarint(out ulong name))
            {
                return reader.Problem;
            }

            if (reader.AtEnd)
            {
                return "labels_refs holds an odd number of references: a name without a value";
            }

            if (!reader.ReadVarint(out ulong value))
            {
                return reader.Problem;
            }

            if (name >= (ulong)symbols.Count || value >= (ulong)symbols.Count)
            {
                return $"labels_refs names symbol {Math.Max(name, value)}, and there are {symbols.Count}";
            }

            var (nameAt, nameLength) = symbols[(int)name];
            var (valueAt, valueLength) = symbols[(int)value];
            if (_nameRef < 0 && _body.Slice(nameAt, nameLength).SequenceEqual("__name__"u8))
            {
                _nameRef = (int)value;
            }

            _labels!.Add(_body, nameAt, nameLength, valueAt, valueLength);
        }

        problemAt = position;
        return null;
    }

    readonly void Explain(int ordinal, string explanation)
    {
        if (summary.FirstRejection is null)
        {
            summary.Explain($"Series {ordinal} {_labels!.Describe(_body)}: {explanation}");
        }
    }

    struct Tail
    {
        public int FirstSample;
        public int Samples;
        public int Exemplars;
        public int Histograms;
    }
}

// Hot path: see RemoteWriteDecoder. A series whose labels come sorted (all known senders) has its canonical key built
// in one pass over the wire bytes: protobuf and SeriesKey both write a text as varint length and bytes.
using System.Text;
using System.Text.Unicode;
using Presage.Metrics;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Decodes one <c>TimeSeries { labels = 1, samples = 2, exemplars = 3, histograms = 4 }</c> into a batch.
/// </summary>
ref struct SeriesDecoder(RemoteWriteLimits limits, SampleBatch batch, RemoteWriteSummary summary)
{
    const int Labels = 1, Samples = 2, Exemplars = 3, Histograms = 4;

    /// <summary>Made for the first series that needs it: most requests hold none (<see cref="PlainSeries"/>).</summary>
    SeriesLabels? _labels;

    /// <summary>
    /// Set when the series would have brought the request over <see cref="RemoteWriteLimits.SamplesMax"/>.
    /// </summary>
    public bool IsOverSampleLimit { get; private set; }

    /// <summary>
    /// Decodes a series; returns what is malformed, or null. Invalid series are counted in the summary.
    /// </summary>
    public string? Decode(ReadOnlySpan<byte> message, int position, int ordinal, out int problemAt)
    {
        var reader = new ProtobufReader(message, position);
        _labels ??= new SeriesLabels(limits);
        _labels.Clear();
        var tail = new Tail();
        string? problem = ReadFields(message, position, ref reader, ref tail, out problemAt);
        if (problem is not null)
        {
            return problem;
        }

        if (tail.Samples > limits.SamplesMax - batch.SampleCount)
        {
            IsOverSampleLimit = true;
            return null;
        }

        byte[]? key = null;
        int samplesBefore = batch.SampleCount;
        if (tail.Samples > 0 || tail.Histograms > 0)
        {
            if (_labels.Reject(message, out var reason, out string? explanation))
            {
                summary.Reject(reason);
                summary.SamplesRejected += tail.Samples;
                summary.Histograms += tail.Histograms;
                summary.HistogramsRejected += tail.Histograms;
                Explain(message, ordinal, explanation!);
                return null;
            }

            _labels.AddTo(batch, message);
            key = tail.Histograms > 0 ? batch.KeyOf(batch.Series[^1]).ToArray() : null;
            if (tail.Samples == 0)
            {
                batch.DropLastSeries();
            }
            else
            {
                problem = SampleReader.AddAll(message, position, tail.FirstSample, batch, out problemAt);
            }
        }

        summary.Exemplars += tail.Exemplars;
        summary.Series += tail.Samples > 0 ? 1 : 0;
        summary.Samples += batch.SampleCount - samplesBefore;
        if (key is null || problem is not null)
        {
            return problem;
        }

        summary.Histograms += tail.Histograms;
        problem = HistogramFields.AddAll(
            message, position, Histograms, key, batch, summary, out string? contradiction, out problemAt);
        if (contradiction is not null)
        {
            Explain(message, ordinal, contradiction);
        }

        IsOverSampleLimit = batch.SampleCount > limits.SamplesMax;
        return problem;
    }

    /// <summary>First pass: notes where the labels lie, counts the rest.</summary>
    string? ReadFields(ReadOnlySpan<byte> message, int position, ref ProtobufReader reader, ref Tail tail,
        out int problemAt)
    {
        while (!reader.AtEnd)
        {
            int start = reader.Offset;
            if (!reader.ReadTag(out int field, out var type))
            {
                break;
            }

            if (type != WireType.Bytes || field is < Labels or > Histograms)
            {
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

            switch (field)
            {
                case Labels:
                    if (ReadLabel(message, value, position, valueAt, out problemAt) is { } problem)
                    {
                        return problem;
                    }

                    break;
                case Samples:
                    tail.FirstSample = tail.Samples++ == 0 ? start : tail.FirstSample;
                    break;
                case Exemplars:
                    tail.Exemplars++;
                    break;
                default:
                    tail.Histograms++;
                    break;
            }
        }

        problemAt = reader.Position;
        return reader.Problem;
    }

    /// <summary>Notes a <c>Label { name = 1, value = 2 }</c>; offsets are relative to the series' message.</summary>
    string? ReadLabel(ReadOnlySpan<byte> message, ReadOnlySpan<byte> label, int position, int labelAt,
        out int problemAt)
    {
        var reader = new ProtobufReader(label, labelAt);
        int nameAt = 0, nameLength = 0, valueAt = 0, valueLength = 0;
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            if (type != WireType.Bytes || field is not (1 or 2))
            {
                if (!reader.Skip(type))
                {
                    break;
                }
            }
            else if (!reader.ReadBytes(out var text, out int textAt))
            {
                break;
            }
            else if (field == 1)
            {
                nameAt = textAt - position;
                nameLength = text.Length;
            }
            else
            {
                valueAt = textAt - position;
                valueLength = text.Length;
            }
        }

        problemAt = reader.Position;
        if (reader.Problem is not null)
        {
            return reader.Problem;
        }

        _labels!.Add(message, nameAt, nameLength, valueAt, valueLength);
        return null;
    }

    readonly void Explain(ReadOnlySpan<byte> message, int ordinal, string explanation)
    {
        if (summary.FirstRejection is null)
        {
            summary.Explain($"Series {ordinal} {_labels!.Describe(message)}: {explanation}");
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

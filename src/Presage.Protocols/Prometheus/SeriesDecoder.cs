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

    /// <summary>Made for the first series that needs them: most requests hold none (<see cref="PlainSeries"/>).</summary>
    Label[] _labels = [];
    byte[] _key = [];
    int _labelCount;
    bool _sorted;

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
        if (_labels.Length == 0)
        {
            _labels = new Label[limits.LabelsPerSeriesMax];
        }

        _labelCount = 0;
        _sorted = true;
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

        int samplesBefore = batch.SampleCount;
        if (tail.Samples > 0 || tail.Histograms > 0)
        {
            if (Reject(message, out var reason, out string? explanation))
            {
                summary.Reject(reason);
                summary.SamplesRejected += tail.Samples;
                summary.Histograms += tail.Histograms;
                Explain(message, ordinal, explanation!);
                return null;
            }

            if (tail.Samples > 0)
            {
                AddKey(message);
                problem = AddSamples(message, position, tail.FirstSample, out problemAt);
            }
        }

        summary.Exemplars += tail.Exemplars;
        if (tail.Histograms > 0)
        {
            summary.Histograms += tail.Histograms;
            summary.Reject(SeriesRejection.NativeHistogram);
            Explain(message, ordinal, "native histograms are not stored yet; "
                + "send classic histograms (Prometheus: send_native_histograms: false).");
        }

        summary.Series += tail.Samples > 0 ? 1 : 0;
        summary.Samples += batch.SampleCount - samplesBefore;
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
        var found = new Label();
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
                found.NameAt = textAt - position;
                found.NameLength = text.Length;
            }
            else
            {
                found.ValueAt = textAt - position;
                found.ValueLength = text.Length;
            }
        }

        problemAt = reader.Position;
        if (reader.Problem is not null)
        {
            return reader.Problem;
        }

        if (_labelCount < _labels.Length)
        {
            // An empty value means no label (Prometheus data model); it leaves the key, so the sorted shortcut is off.
            _sorted &= found.ValueLength > 0 && (_labelCount == 0
                || _labels[_labelCount - 1].Name(message).SequenceCompareTo(found.Name(message)) < 0);
            _labels[_labelCount] = found;
        }

        _labelCount++;
        return null;
    }

    /// <summary>
    /// Second pass, labels: true when the series must be left out. A sorted series has no duplicates by construction.
    /// </summary>
    readonly bool Reject(ReadOnlySpan<byte> message, out SeriesRejection reason, out string? explanation)
    {
        reason = default;
        explanation = null;
        if (_labelCount > _labels.Length)
        {
            reason = SeriesRejection.TooManyLabels;
            explanation = $"it has {_labelCount} labels, more than the limit of "
                + $"{limits.LabelsPerSeriesMax}; drop some.";
            return true;
        }

        bool named = false;
        for (int i = 0; i < _labelCount; i++)
        {
            ref readonly var label = ref _labels[i];
            var name = label.Name(message);
            var value = label.Value(message);
            if (name.IsEmpty || name.Length > limits.LabelNameBytesMax || value.Length > limits.LabelValueBytesMax
                || !Utf8.IsValid(name) || !Utf8.IsValid(value))
            {
                (reason, explanation) = ExplainLabel(name, value);
                return true;
            }

            named |= value.Length > 0 && name.SequenceEqual("__name__"u8);
            if (!_sorted && StandsBefore(message, i))
            {
                reason = SeriesRejection.DuplicateLabel;
                explanation = $"label \"{Encoding.UTF8.GetString(name)}\" stands twice; send each label once.";
                return true;
            }
        }

        reason = SeriesRejection.MissingMetricName;
        explanation = "label \"__name__\" is missing or empty; send the metric's name.";
        return !named;
    }

    readonly bool StandsBefore(ReadOnlySpan<byte> message, int index)
    {
        var name = _labels[index].Name(message);
        for (int i = 0; i < index; i++)
        {
            if (_labels[i].Name(message).SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    readonly (SeriesRejection Reason, string Explanation) ExplainLabel(ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> value)
    {
        if (name.IsEmpty)
        {
            return (SeriesRejection.EmptyLabelName,
                $"the label with value \"{WireText.Shorten(value)}\" has no name; name or drop it.");
        }

        if (!Utf8.IsValid(name) || !Utf8.IsValid(value))
        {
            return (SeriesRejection.InvalidUtf8,
                $"label \"{WireText.Shorten(name)}\" with value \"{WireText.Shorten(value)}\" "
                + "is not UTF-8; encode it as UTF-8.");
        }

        return name.Length > limits.LabelNameBytesMax
            ? (SeriesRejection.LabelNameTooLong,
                $"label name \"{WireText.Shorten(name)}\" has {name.Length} bytes, more than the "
                + $"limit of {limits.LabelNameBytesMax}; shorten it.")
            : (SeriesRejection.LabelValueTooLong,
                $"label \"{WireText.Shorten(name)}\" has a value of {value.Length} bytes, more than "
                + $"the limit of {limits.LabelValueBytesMax}; shorten or drop it.");
    }

    void AddKey(ReadOnlySpan<byte> message)
    {
        if (!_sorted)
        {
            batch.BeginSeries();
            for (int i = 0; i < _labelCount; i++)
            {
                batch.AddLabel(_labels[i].Name(message), _labels[i].Value(message));
            }

            batch.EndLabels();
            return;
        }

        // The key is never longer than the labels' wire form, tags (2 bytes a label at least) included.
        if (_key.Length < message.Length)
        {
            _key = new byte[Math.Max(message.Length, Math.Max(1024, _key.Length * 2))];
        }

        int at = 0;
        for (int i = 0; i < _labelCount; i++)
        {
            at += Append(_key.AsSpan(at), _labels[i].Name(message));
            at += Append(_key.AsSpan(at), _labels[i].Value(message));
        }

        batch.AddSeries(_key.AsSpan(0, at));
    }

    static int Append(Span<byte> key, ReadOnlySpan<byte> text)
    {
        int prefix = SeriesKey.WriteLength(key, text.Length);
        text.CopyTo(key[prefix..]);
        return prefix + text.Length;
    }

    /// <summary>Second pass, samples: <c>Sample { value = 1 (double), timestamp = 2 (int64, ms) }</c>.</summary>
    readonly string? AddSamples(ReadOnlySpan<byte> message, int position, int firstSample, out int problemAt)
    {
        var reader = new ProtobufReader(message, position);
        reader.Rewind(firstSample);
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            if (field != Samples || type != WireType.Bytes)
            {
                reader.Skip(type);
                continue;
            }

            reader.ReadBytes(out var sample, out int sampleAt);
            var inner = new ProtobufReader(sample, sampleAt);
            double value = 0;
            ulong timestamp = 0;
            while (!inner.AtEnd && inner.ReadTag(out int part, out var partType))
            {
                bool read = (part, partType) switch
                {
                    (1, WireType.Fixed64) => inner.ReadDouble(out value),
                    (2, WireType.Varint) => inner.ReadVarint(out timestamp),
                    _ => inner.Skip(partType),
                };
                if (!read)
                {
                    break;
                }
            }

            if (inner.Problem is not null)
            {
                problemAt = inner.Position;
                return inner.Problem;
            }

            batch.AddSample((long)timestamp, value);
        }

        problemAt = 0;
        return null;
    }

    readonly void Explain(ReadOnlySpan<byte> message, int ordinal, string explanation)
    {
        if (summary.FirstRejection is null)
        {
            summary.Explain($"Series {ordinal} {Describe(message)}: {explanation}");
        }
    }

    /// <summary>
    /// The series in words for a message: its metric's name and its host, as far as they are readable.
    /// </summary>
    readonly string Describe(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> metric = default, instance = default;
        for (int i = 0; i < Math.Min(_labelCount, _labels.Length); i++)
        {
            var name = _labels[i].Name(message);
            metric = name.SequenceEqual("__name__"u8) ? _labels[i].Value(message) : metric;
            instance = name.SequenceEqual("instance"u8) ? _labels[i].Value(message) : instance;
        }

        string text = metric.IsEmpty ? "(without a name)" : WireText.Shorten(metric);
        return instance.IsEmpty ? text : $"{text}{{instance=\"{WireText.Shorten(instance)}\"}}";
    }

    struct Label
    {
        public int NameAt;
        public int NameLength;
        public int ValueAt;
        public int ValueLength;

        public readonly ReadOnlySpan<byte> Name(ReadOnlySpan<byte> message) => message.Slice(NameAt, NameLength);

        public readonly ReadOnlySpan<byte> Value(ReadOnlySpan<byte> message) => message.Slice(ValueAt, ValueLength);
    }

    struct Tail
    {
        public int FirstSample;
        public int Samples;
        public int Exemplars;
        public int Histograms;
    }
}

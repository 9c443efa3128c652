// Hot path: see RemoteWriteDecoder. A series whose labels come sorted (all known senders) has its canonical key built
// in one pass over the wire bytes.
using System.Text;
using System.Text.Unicode;
using Presage.Metrics;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// The labels of the series being decoded, as places in the message: checked against the limits, then written to the
/// batch as a canonical key. Used again from series to series; not thread-safe.
/// </summary>
sealed class SeriesLabels(RemoteWriteLimits limits)
{
    readonly Place[] _labels = new Place[limits.LabelsPerSeriesMax];
    bool _sorted = true;

    /// <summary>Labels seen, those over the limit included.</summary>
    public int Count { get; private set; }

    public void Clear()
    {
        Count = 0;
        _sorted = true;
    }

    /// <summary>Notes where a label lies.</summary>
    public void Add(ReadOnlySpan<byte> message, int nameAt, int nameLength, int valueAt, int valueLength)
    {
        if (Count < _labels.Length)
        {
            var found = new Place
            {
                NameAt = nameAt,
                NameLength = nameLength,
                ValueAt = valueAt,
                ValueLength = valueLength,
            };

            // An empty value means no label (Prometheus data model); it leaves the key, so the sorted shortcut is off.
            _sorted &= valueLength > 0 && (Count == 0
                || _labels[Count - 1].Name(message).SequenceCompareTo(found.Name(message)) < 0);
            _labels[Count] = found;
        }

        Count++;
    }

    /// <summary>The value of the label <c>__name__</c>, or an empty span.</summary>
    public ReadOnlySpan<byte> MetricName(ReadOnlySpan<byte> message)
    {
        for (int i = 0; i < Math.Min(Count, _labels.Length); i++)
        {
            if (_labels[i].Name(message).SequenceEqual("__name__"u8))
            {
                return _labels[i].Value(message);
            }
        }

        return default;
    }

    /// <summary>
    /// True when the series must be left out. A sorted series has no duplicates by construction.
    /// </summary>
    public bool Reject(ReadOnlySpan<byte> message, out SeriesRejection reason, out string? explanation)
    {
        reason = default;
        explanation = null;
        if (Count > _labels.Length)
        {
            reason = SeriesRejection.TooManyLabels;
            explanation = $"it has {Count} labels, more than the limit of "
                + $"{limits.LabelsPerSeriesMax}; drop some.";
            return true;
        }

        bool named = false;
        for (int i = 0; i < Count; i++)
        {
            ref var label = ref _labels[i];
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

    bool StandsBefore(ReadOnlySpan<byte> message, int index)
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

    (SeriesRejection Reason, string Explanation) ExplainLabel(ReadOnlySpan<byte> name,
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

    public void AddTo(SampleBatch batch, ReadOnlySpan<byte> message)
    {
        if (!_sorted)
        {
            batch.BeginSeries();
            for (int i = 0; i < Count; i++)
            {
                batch.AddLabel(_labels[i].Name(message), _labels[i].Value(message));
            }

            batch.EndLabels();
            return;
        }

        int size = 0;
        for (int i = 0; i < Count; i++)
        {
            size += 10 + _labels[i].NameLength + _labels[i].ValueLength;
        }

        var key = batch.ReserveKey(size);
        int at = 0;
        for (int i = 0; i < Count; i++)
        {
            at += Append(key[at..], _labels[i].Name(message));
            at += Append(key[at..], _labels[i].Value(message));
        }

        batch.AddReserved(at);
    }

    static int Append(Span<byte> key, ReadOnlySpan<byte> text)
    {
        int prefix = SeriesKey.WriteLength(key, text.Length);
        text.CopyTo(key[prefix..]);
        return prefix + text.Length;
    }

    /// <summary>
    /// The series in words for a message: its metric's name and its host, as far as they are readable.
    /// </summary>
    public string Describe(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> metric = default, instance = default;
        for (int i = 0; i < Math.Min(Count, _labels.Length); i++)
        {
            var name = _labels[i].Name(message);
            metric = name.SequenceEqual("__name__"u8) ? _labels[i].Value(message) : metric;
            instance = name.SequenceEqual("instance"u8) ? _labels[i].Value(message) : instance;
        }

        string text = metric.IsEmpty ? "(without a name)" : WireText.Shorten(metric);
        return instance.IsEmpty ? text : $"{text}{{instance=\"{WireText.Shorten(instance)}\"}}";
    }

    struct Place
    {
        public int NameAt;
        public int NameLength;
        public int ValueAt;
        public int ValueLength;

        public readonly ReadOnlySpan<byte> Name(ReadOnlySpan<byte> message) => message.Slice(NameAt, NameLength);

        public readonly ReadOnlySpan<byte> Value(ReadOnlySpan<byte> message) => message.Slice(ValueAt, ValueLength);
    }
}

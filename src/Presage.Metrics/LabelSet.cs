using System.Buffers;
using System.Text;

namespace Presage.Metrics;

/// <summary>
/// The identity of a series: labels sorted by name (ordinal, by UTF-8 bytes), names unique, no empty values. Immutable,
/// compared by content, ordered label by label. Empty is a legal set (the result of <c>sum(x)</c>).
/// </summary>
public sealed class LabelSet : IEquatable<LabelSet>, IComparable<LabelSet>
{
    readonly Label[] _labels;

    /// <summary>0 until somebody asks: most sets are read, written and forgotten.</summary>
    int _hash;

    LabelSet(Label[] sorted) => _labels = sorted;

    /// <summary>The set without labels.</summary>
    public static LabelSet Empty { get; } = new([]);

    /// <summary>The labels, sorted by name.</summary>
    public ReadOnlySpan<Label> Labels => _labels;

    /// <summary>The number of labels, the metric's name included.</summary>
    public int Count => _labels.Length;

    /// <summary>The metric's name, or the empty string where the set has none.</summary>
    public string MetricName => this[LabelNames.MetricName];

    /// <summary>
    /// The value of a label, or the empty string where the set lacks it (the two mean the same in PromQL).
    /// </summary>
    public string this[string name]
    {
        get
        {
            foreach (ref readonly var label in _labels.AsSpan())
            {
                if (string.Equals(label.Name, name, StringComparison.Ordinal))
                {
                    return label.Value;
                }
            }

            return "";
        }
    }

    /// <summary>Makes a set: sorts, drops empty values.</summary>
    /// <exception cref="ArgumentException">A name stands twice.</exception>
    public static LabelSet Of(params ReadOnlySpan<Label> labels)
    {
        var kept = new List<Label>(labels.Length);
        foreach (var label in labels)
        {
            if (label.Value.Length > 0)
            {
                kept.Add(label);
            }
        }

        if (kept.Count == 0)
        {
            return Empty;
        }

        var array = kept.ToArray();
        Array.Sort(array, static (a, b) => CompareUtf8(a.Name, b.Name));
        for (int i = 1; i < array.Length; i++)
        {
            if (array[i].Name == array[i - 1].Name)
            {
                throw new ArgumentException($"Label {array[i].Name} stands twice.", nameof(labels));
            }
        }

        return new LabelSet(array);
    }

    /// <summary>Makes a set of a metric's name and further labels.</summary>
    public static LabelSet OfMetric(string metricName, params ReadOnlySpan<Label> labels) =>
        Of([new Label(LabelNames.MetricName, metricName), .. labels]);

    /// <summary>Reads the canonical form (<see cref="SeriesKey"/>).</summary>
    /// <exception cref="FormatException">The bytes are not a canonical key.</exception>
    public static LabelSet FromKey(ReadOnlySpan<byte> key)
    {
        var labels = new List<Label>(8);
        var reader = new SeriesKeyReader(key);
        while (reader.Read(out var name, out var value))
        {
            labels.Add(new Label(LabelText.Intern(name), Encoding.UTF8.GetString(value)));
        }

        return labels.Count == 0 ? Empty : new LabelSet([.. labels]);
    }

    /// <summary>The canonical form of this set (<see cref="SeriesKey"/>).</summary>
    public byte[] ToKey()
    {
        var writer = new ArrayBufferWriter<byte>(128);
        foreach (ref readonly var label in _labels.AsSpan())
        {
            SeriesKey.WriteText(writer, label.Name);
            SeriesKey.WriteText(writer, label.Value);
        }

        return writer.WrittenSpan.ToArray();
    }

    /// <summary>This set with one label set, or removed when the value is empty.</summary>
    public LabelSet With(string name, string value)
    {
        var labels = new List<Label>(_labels.Length + 1);
        foreach (var label in _labels)
        {
            if (label.Name != name)
            {
                labels.Add(label);
            }
        }

        labels.Add(new Label(name, value));
        return Of([.. labels]);
    }

    /// <summary>This set without the named labels.</summary>
    public LabelSet Without(params ReadOnlySpan<string> names)
    {
        var labels = new List<Label>(_labels.Length);
        foreach (var label in _labels)
        {
            if (!names.Contains(label.Name))
            {
                labels.Add(label);
            }
        }

        return labels.Count == _labels.Length ? this : new LabelSet([.. labels]);
    }

    /// <summary>This set reduced to the named labels.</summary>
    public LabelSet Only(params ReadOnlySpan<string> names)
    {
        var labels = new List<Label>(names.Length);
        foreach (var label in _labels)
        {
            if (names.Contains(label.Name))
            {
                labels.Add(label);
            }
        }

        return labels.Count == _labels.Length ? this : new LabelSet([.. labels]);
    }

    public bool Equals(LabelSet? other) =>
        ReferenceEquals(this, other) ||
        (other is not null && (_hash == other._hash || _hash == 0 || other._hash == 0) &&
            other._labels.AsSpan().SequenceEqual(_labels));

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            var hash = new HashCode();
            foreach (ref readonly var label in _labels.AsSpan())
            {
                hash.Add(label.Name, StringComparer.Ordinal);
                hash.Add(label.Value, StringComparer.Ordinal);
            }

            int found = hash.ToHashCode();
            _hash = found == 0 ? 1 : found;
        }

        return _hash;
    }

    public int CompareTo(LabelSet? other)
    {
        if (other is null)
        {
            return 1;
        }

        int common = Math.Min(_labels.Length, other._labels.Length);
        for (int i = 0; i < common; i++)
        {
            int order = CompareUtf8(_labels[i].Name, other._labels[i].Name);
            order = order != 0 ? order : CompareUtf8(_labels[i].Value, other._labels[i].Value);
            if (order != 0)
            {
                return order;
            }
        }

        return _labels.Length.CompareTo(other._labels.Length);
    }

    public static bool operator ==(LabelSet? left, LabelSet? right) =>
        left is null ? right is null : left.Equals(right);

    public static bool operator !=(LabelSet? left, LabelSet? right) => !(left == right);

    public static bool operator <(LabelSet left, LabelSet right) => left.CompareTo(right) < 0;

    public static bool operator <=(LabelSet left, LabelSet right) => left.CompareTo(right) <= 0;

    public static bool operator >(LabelSet left, LabelSet right) => left.CompareTo(right) > 0;

    public static bool operator >=(LabelSet left, LabelSet right) => left.CompareTo(right) >= 0;

    /// <summary>The set as Prometheus writes it: <c>up{instance="a:9100"}</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(MetricName);
        bool any = false;
        foreach (ref readonly var label in _labels.AsSpan())
        {
            if (label.Name == LabelNames.MetricName)
            {
                continue;
            }

            text.Append(any ? ", " : "{").Append(label.Name).Append("=\"");
            foreach (char c in label.Value)
            {
                text.Append(c switch { '\\' => "\\\\", '"' => "\\\"", '\n' => "\\n", _ => c.ToString() });
            }

            text.Append('"');
            any = true;
        }

        return any ? text.Append('}').ToString() : text.Length == 0 ? "{}" : text.ToString();
    }

    /// <summary>Compares by UTF-8 bytes. UTF-16 order differs from it only where surrogates are involved.</summary>
    static int CompareUtf8(string a, string b)
    {
        int common = Math.Min(a.Length, b.Length);
        for (int i = 0; i < common; i++)
        {
            char x = a[i], y = b[i];
            if (x != y)
            {
                bool xHigh = char.IsSurrogate(x), yHigh = char.IsSurrogate(y);
                return xHigh == yHigh ? x.CompareTo(y) : xHigh ? 1 : -1;
            }
        }

        return a.Length.CompareTo(b.Length);
    }
}

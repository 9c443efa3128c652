using System.Text;
using Presage.Metrics;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>
/// Where readings of vital signs wait to be stored: columns for one track at a time and the batch they go to. One per
/// watcher, so that a track of a fleet's hundred thousands holds no buffers and no keys of its own.
/// </summary>
sealed class ReadingsOutput(SampleBatch batch)
{
    /// <summary>The metric of the values.</summary>
    public const string ValueName = "presage_vital";

    const int KeyBytesMax = 4_096;

    static readonly byte[][] Names =
    [
        Encode(LabelNames.MetricName, ValueName),
        Encode(LabelNames.MetricName, "presage_vital_score"),
        Encode(LabelNames.MetricName, "presage_vital_lower"),
        Encode(LabelNames.MetricName, "presage_vital_upper"),
    ];

    readonly SampleColumns[] _columns = [new(), new(), new(), new()];
    readonly Dictionary<string, byte[]> _vitals = new(StringComparer.Ordinal);
    readonly byte[] _key = new byte[KeyBytesMax];
    string _host = "";
    byte[] _hostLabel = [];

    /// <summary>The batch that everything goes to.</summary>
    public SampleBatch Batch => batch;

    public SampleColumns Values => _columns[0];

    public SampleColumns Scores => _columns[1];

    public SampleColumns Lowers => _columns[2];

    public SampleColumns Uppers => _columns[3];

    /// <summary>Moves what waits into the batch, as the series of one track.</summary>
    public void Flush(string host, VitalSign vital, Label? per)
    {
        for (int i = 0; i < _columns.Length; i++)
        {
            var columns = _columns[i];
            if (columns.Count == 0)
            {
                continue;
            }

            batch.AddSeries(Key(Names[i], host, vital, per));
            for (int at = 0; at < columns.Count; at++)
            {
                batch.AddSample(columns.TimestampsMs[at], columns.Values[at]);
            }

            columns.Clear();
        }
    }

    ReadOnlySpan<byte> Key(byte[] name, string host, VitalSign vital, Label? per)
    {
        if (!ReferenceEquals(_host, host))
        {
            _host = host;
            _hostLabel = Encode(LabelNames.Host, host);
        }

        if (!_vitals.TryGetValue(vital.Id, out byte[]? vitalLabel))
        {
            vitalLabel = Encode("vital", vital.Id);
            _vitals.Add(vital.Id, vitalLabel);
        }

        // Labels are sorted by name; "__name__" comes before letters.
        byte[] perLabel = per is { } label ? Encode(label.Name, label.Value) : [];
        int length = Put(0, name);
        bool isFirst = per is { } one && string.CompareOrdinal(one.Name, LabelNames.Host) < 0;
        length = isFirst ? Put(length, perLabel) : length;
        length = Put(length, _hostLabel);
        length = isFirst ? length : Put(length, perLabel);
        length = Put(length, vitalLabel);
        return _key.AsSpan(0, length);
    }

    int Put(int at, byte[] part)
    {
        part.CopyTo(_key, at);
        return at + part.Length;
    }

    static byte[] Encode(string name, string value)
    {
        byte[] label = new byte[Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value) + 10];
        int at = Text(label, 0, name);
        at = Text(label, at, value);
        return label[..at];
    }

    static int Text(byte[] label, int at, string text)
    {
        at += SeriesKey.WriteLength(label.AsSpan(at), Encoding.UTF8.GetByteCount(text));
        return at + Encoding.UTF8.GetBytes(text, label.AsSpan(at));
    }
}

using System.Text;
using Presage.Metrics;

namespace Presage.Bench;

/// <summary>
/// The series of a fleet with the names and label sets of node_exporter: each host has the same families, and each
/// series its own values (<see cref="NodeSeries"/>). Every round some series end and others take their place, as
/// containers and network interfaces do.
/// </summary>
sealed class FleetSeries
{
    readonly byte[][] _before;
    readonly byte[][] _after;
    readonly byte[][] _hosts;
    readonly NodeSeries[] _sources;
    readonly int[] _lives;
    readonly double[] _values;
    readonly BenchGenerator _random = new(1);
    readonly double _churnShare;
    readonly byte[] _key = new byte[1024];

    public FleetSeries(int hosts, int seriesPerHost, double churnShare)
    {
        var templates = NodeFamilies.Of(seriesPerHost);
        _before = [.. templates.Select(static t => Encode(t.Where(static l => Before(l.Name))))];
        _after = [.. templates.Select(static t => Encode(t.Where(static l => !Before(l.Name))))];
        _hosts = [.. Enumerable.Range(0, hosts).Select(
            static h => Encode([new Label("instance", $"server-{h:D5}.example.net:9100"), new Label("job", "node")]))];
        Count = hosts * seriesPerHost;
        _sources = new NodeSeries[Count];
        _lives = new int[Count];
        _values = new double[Count];
        _churnShare = churnShare;
        for (int i = 0; i < Count; i++)
        {
            _sources[i] = new NodeSeries(i);
        }
    }

    public int Count { get; }

    /// <summary>Moves all values on and ends some series.</summary>
    public void Step(double seconds, double secondOfDay)
    {
        for (int i = 0; i < Count; i++)
        {
            _values[i] = _sources[i].Step(seconds, secondOfDay);
        }

        for (int ended = (int)(Count * _churnShare); ended > 0; ended--)
        {
            _lives[_random.Next(Count)]++;
        }
    }

    /// <summary>Adds the sample of one series; series of one host have neighbouring numbers.</summary>
    public void AddTo(SampleBatch batch, int number, long timestampMs)
    {
        int templates = _before.Length, template = number % templates;
        int length = Copy(_before[template], 0);
        length = Copy(_hosts[number / templates], length);
        length = Copy(_after[template], length);
        if (_lives[number] > 0)
        {
            // "zone" sorts behind every other label.
            length = Copy(Encode([new Label("zone", $"life-{_lives[number]}")]), length);
        }

        batch.AddSeries(_key.AsSpan(0, length));
        batch.AddSample(timestampMs, _values[number]);
    }

    static bool Before(string name) => string.CompareOrdinal(name, "instance") < 0;

    int Copy(byte[] part, int at)
    {
        part.CopyTo(_key, at);
        return at + part.Length;
    }

    static byte[] Encode(IEnumerable<Label> labels)
    {
        var bytes = new List<byte>();
        foreach (var label in labels)
        {
            bytes.Add((byte)label.Name.Length);
            bytes.AddRange(Encoding.UTF8.GetBytes(label.Name));
            bytes.Add((byte)label.Value.Length);
            bytes.AddRange(Encoding.UTF8.GetBytes(label.Value));
        }

        return [.. bytes];
    }
}

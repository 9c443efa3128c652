using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.Bench;

/// <summary>The bodies of one round: every series once, host after host or in random order.</summary>
sealed class PayloadBuilder
{
    readonly FleetSeries _fleet;
    readonly int _perRequest;
    readonly int[] _order;
    readonly bool _shuffled;
    readonly BenchGenerator _random = new(2);
    readonly SampleBatch _batch = new();
    readonly RemoteWriteEncoder _encoder = new();
    readonly LaterEncoder? _later;

    public PayloadBuilder(FleetSeries fleet, int perRequest, bool shuffled, bool isLater = false)
    {
        _later = isLater ? new LaterEncoder() : null;
        _fleet = fleet;
        _perRequest = perRequest;
        _order = [.. Enumerable.Range(0, fleet.Count)];
        _shuffled = shuffled;
    }

    public List<byte[]> Build(long timestampMs)
    {
        if (_shuffled)
        {
            _random.Shuffle(_order);
        }

        var bodies = new List<byte[]>();
        for (int from = 0; from < _order.Length; from += _perRequest)
        {
            bodies.Add(BuildOne(from, Math.Min(from + _perRequest, _order.Length), timestampMs));
        }

        return bodies;
    }

    /// <summary>One body of the series from one number to another.</summary>
    public byte[] BuildOne(int from, int to, long timestampMs)
    {
        _batch.Clear();
        for (int i = from; i < to; i++)
        {
            _fleet.AddTo(_batch, _order[i], timestampMs);
        }

        return _later?.Encode(_batch) ?? _encoder.Encode(_batch).ToArray();
    }
}

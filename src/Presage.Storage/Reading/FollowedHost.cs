using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// The newest samples of the series of one host, for who keeps an eye on some of them: no selecting, no decoding.
/// </summary>
public sealed class FollowedHost
{
    readonly Head _head;
    readonly Shard _shard;
    readonly string _host;

    internal FollowedHost(Head head, string host)
    {
        _head = head;
        _shard = head.ShardOf(host);
        _host = host;
    }

    /// <summary>Grows when a series of the host begins or leaves; -1 while it has none.</summary>
    public long Changes
    {
        get
        {
            lock (_shard.Index.Lock)
            {
                return _shard.Index.Host(_host)?.Changes ?? -1;
            }
        }
    }

    /// <summary>The series there are: number and hash of the key of each.</summary>
    public IReadOnlyList<FollowedSeries> Series()
    {
        lock (_shard.Index.Lock)
        {
            var ids = _shard.Index.OfHost(_host);
            var series = new FollowedSeries[ids.Length];
            for (int i = 0; i < ids.Length; i++)
            {
                series[i] = new FollowedSeries(ids[i], _head.Series[ids[i]].KeyHash);
            }

            return series;
        }
    }

    /// <summary>
    /// The newest sample of each series; a series that has left has the time <see cref="long.MinValue"/>.
    /// </summary>
    public void Read(ReadOnlySpan<FollowedSeries> series, Span<long> timestampsMs, Span<double> values)
    {
        lock (_shard.Lock)
        {
            for (int i = 0; i < series.Length; i++)
            {
                ref var one = ref _head.Series[series[i].Id];
                bool isThere = one.IsUsed && one.KeyHash == series[i].KeyHash;
                timestampsMs[i] = isThere ? one.LastMs : long.MinValue;
                values[i] = isThere ? one.LastValue : 0;
            }
        }

        GC.KeepAlive(_head);
    }
}

/// <summary>A series of a followed host.</summary>
/// <param name="Id">Its number in the head; may be another series' one day.</param>
/// <param name="KeyHash">Tells which series it is (<see cref="SeriesKey.Hash"/>).</param>
public readonly record struct FollowedSeries(int Id, ulong KeyHash);

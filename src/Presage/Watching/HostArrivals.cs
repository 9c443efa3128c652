// Hot path: once per host and turn of appending. Small and by itself, so that it is one line of the cache.
namespace Presage.Watching;

/// <summary>What ingest notes of a host: counters that one thread moves and others read.</summary>
sealed class HostArrivals
{
    long _newestMs = long.MinValue;
    long _samples;
    long _ownNewestMs = long.MinValue;
    int _ownSamples;
    volatile bool _isForgotten;

    /// <summary>Set when the registry dropped the host: what is seen of it after that belongs to a new entry.</summary>
    public bool IsForgotten
    {
        get => _isForgotten;
        set => _isForgotten = value;
    }

    /// <summary>Data time of the newest sample; long.MinValue before the first.</summary>
    public long NewestMs => Interlocked.Read(ref _newestMs);

    /// <summary>Samples seen.</summary>
    public long Samples => Interlocked.Read(ref _samples);

    /// <summary>
    /// Announces an append of ours, so that it is known when the store reports it; of no samples: it is done. What the
    /// store refuses of it is not reported, so what is reported may be less.
    /// </summary>
    public void ExpectOwn(long newestMs, int samples)
    {
        Interlocked.Exchange(ref _ownNewestMs, newestMs);
        Volatile.Write(ref _ownSamples, samples);
    }

    /// <summary>
    /// Notes samples of an append; called by ingest, one at a time. Presage's own of this host (readings,
    /// presage_host_up) are no sign of life.
    /// </summary>
    public void See(long newestMs, int samples)
    {
        if (samples <= Volatile.Read(ref _ownSamples) && newestMs <= Volatile.Read(ref _ownNewestMs))
        {
            return;
        }

        Volatile.Write(ref _samples, _samples + samples);
        if (newestMs > _newestMs)
        {
            Volatile.Write(ref _newestMs, newestMs);
        }
    }
}

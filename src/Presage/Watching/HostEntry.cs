namespace Presage.Watching;

/// <summary>
/// One host of the registry. Ingest threads move the two atomic counters; everything else is written by the watcher's
/// loop under <see cref="Gate"/>.
/// </summary>
sealed class HostEntry(string name, long firstSeenMs)
{
    volatile bool _isForgotten;
    long _newestMs = long.MinValue;
    long _samples;
    long _ownNewestMs = long.MinValue;
    int _ownSamples;
    long _ratedAtMs = firstSeenMs;
    long _ratedSamples;

    /// <summary>Guards the members below.</summary>
    public Lock Gate { get; } = new();

    public string Name { get; } = name;

    public long FirstSeenMs { get; } = firstSeenMs;

    /// <summary>Set when the registry dropped the host: what is seen of it after that belongs to a new entry.</summary>
    public bool IsForgotten
    {
        get => _isForgotten;
        set => _isForgotten = value;
    }

    /// <summary>Data time of the newest sample; long.MinValue before the first.</summary>
    public long NewestMs => Interlocked.Read(ref _newestMs);

    public TimeSpan Cadence { get; set; } = TimeSpan.FromSeconds(1);

    public HostOrigin Origin { get; set; } = HostOrigin.Other;

    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    public MachineFacts Facts { get; set; } = new();

    public double SamplesPerSecond { get; private set; }

    /// <summary>
    /// Whether an append is Presage's own of this host (readings, presage_host_up): that is no sign of life.
    /// </summary>
    public bool IsOwn(long newestMs, int samples) =>
        newestMs == Interlocked.Read(ref _ownNewestMs) && samples == Volatile.Read(ref _ownSamples);

    /// <summary>Announces an append of ours, so that it is known when the store reports it.</summary>
    public void ExpectOwn(long newestMs, int samples)
    {
        Interlocked.Exchange(ref _ownNewestMs, newestMs);
        Volatile.Write(ref _ownSamples, samples);
    }

    /// <summary>Notes samples of an append; called by ingest, one at a time.</summary>
    public void See(long newestMs, int samples)
    {
        Volatile.Write(ref _samples, _samples + samples);
        if (newestMs > _newestMs)
        {
            Volatile.Write(ref _newestMs, newestMs);
        }
    }

    /// <summary>Brings <see cref="SamplesPerSecond"/> up to date: a mean that forgets within a minute.</summary>
    public void Rate(long nowMs)
    {
        double seconds = (nowMs - _ratedAtMs) / 1000.0;
        if (seconds < 1)
        {
            return;
        }

        long samples = Math.Max(_ratedSamples, Interlocked.Read(ref _samples));
        double rate = (samples - _ratedSamples) / seconds;
        double gain = 1 - Math.Exp(-seconds / 20);
        SamplesPerSecond = SamplesPerSecond == 0 ? rate : SamplesPerSecond + (gain * (rate - SamplesPerSecond));
        _ratedAtMs = nowMs;
        _ratedSamples = samples;
    }

    /// <summary>No sample for longer than max(15 s, 3 x cadence).</summary>
    public bool IsSilentAt(long nowMs) =>
        NewestMs != long.MinValue && nowMs - NewestMs > Math.Max(15_000, 3 * Cadence.TotalMilliseconds);
}

namespace Presage.Watching;

/// <summary>
/// One host of the registry. Ingest moves the counters of its arrivals; everything else is written by the watcher's
/// loop under <see cref="Gate"/>.
/// </summary>
sealed class HostEntry(string name, long firstSeenMs)
{
    long _ratedAtMs = firstSeenMs;
    long _ratedSamples;
    long _importedMs;

    /// <summary>Guards the members below.</summary>
    public Lock Gate { get; } = new();

    public string Name { get; } = name;

    public long FirstSeenMs { get; } = firstSeenMs;

    /// <summary>Moved by ingest.</summary>
    public HostArrivals Arrivals { get; } = new();

    /// <summary>Data time of the newest sample; long.MinValue before the first.</summary>
    public long NewestMs => Arrivals.NewestMs;

    public TimeSpan Cadence { get; set; } = TimeSpan.FromSeconds(1);

    public HostOrigin Origin { get; set; } = HostOrigin.Other;

    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    public MachineFacts Facts { get; set; } = new();

    public double SamplesPerSecond { get; private set; }

    /// <summary>
    /// When history of it was imported that has not been learned from, by the server's clock, ms; 0: there is none.
    /// </summary>
    public long ImportedMs
    {
        get => Interlocked.Read(ref _importedMs);
        set => Interlocked.Exchange(ref _importedMs, value);
    }

    /// <summary>
    /// Whether all that is known of it was imported. It is learned like any other, but that nothing arrives is no news.
    /// </summary>
    public bool IsImported => Origin == HostOrigin.Imported && Arrivals.Samples == 0;

    /// <summary>Brings <see cref="SamplesPerSecond"/> up to date: a mean that forgets within a minute.</summary>
    public void Rate(long nowMs)
    {
        double seconds = (nowMs - _ratedAtMs) / 1000.0;
        if (seconds < 1)
        {
            return;
        }

        long samples = Math.Max(_ratedSamples, Arrivals.Samples);
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

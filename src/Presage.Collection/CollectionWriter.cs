// Hot path: runs per sample of every collection; no allocation once the batch has grown.
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// Where collectors put their samples: a batch, a time for all of them, and a word on what was missing.
/// </summary>
public sealed class CollectionWriter
{
    SampleBatch _batch = new();

    /// <summary>The time of every sample of this collection, ms since 1970 UTC.</summary>
    public long TimestampMs { get; private set; }

    /// <summary>Samples written since the collector was called.</summary>
    internal int Written { get; private set; }

    /// <summary>What the collector called last could not read, null when it could read all.</summary>
    internal string? MissingSource { get; private set; }

    /// <summary>Adds a sample of the series with a canonical key (<see cref="SeriesKeys"/>).</summary>
    public void Write(byte[] key, double value)
    {
        _batch.AddSeries(key);
        _batch.AddSample(TimestampMs, value);
        Written++;
    }

    /// <summary>Ends a series: queries see it as gone at once instead of after the look-back time.</summary>
    public void WriteStale(byte[] key) => Write(key, SampleValue.StaleMarker);

    /// <summary>
    /// Says that the collector's main source does not exist or cannot be read; it is tried again after a minute.
    /// </summary>
    public void Missing(string source) => MissingSource ??= source;

    internal void Begin(SampleBatch batch, long timestampMs)
    {
        _batch = batch;
        TimestampMs = timestampMs;
        BeginCollector();
    }

    internal void BeginCollector()
    {
        Written = 0;
        MissingSource = null;
    }
}

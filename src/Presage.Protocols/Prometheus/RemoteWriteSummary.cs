using Presage.Metrics;

namespace Presage.Protocols.Prometheus;

/// <summary>What one decoded request held, and what of it was left out and why.</summary>
public sealed class RemoteWriteSummary
{
    readonly int[] _rejected = new int[(int)SeriesRejection.NativeHistogram + 1];
    readonly List<MetricMetadata> _metadata = [];

    /// <summary>
    /// Series written to the batch, those of native histograms' parts not counted. Series without samples are not
    /// written.
    /// </summary>
    public int Series { get; internal set; }

    /// <summary>Samples written to the batch, those of native histograms' parts not counted.</summary>
    public int Samples { get; internal set; }

    /// <summary>Samples of rejected series.</summary>
    public int SamplesRejected { get; internal set; }

    /// <summary>Native histogram samples.</summary>
    public int Histograms { get; internal set; }

    /// <summary>Those of them that were left out.</summary>
    public int HistogramsRejected { get; internal set; }

    /// <summary>
    /// Samples of the batch that are parts of native histograms (<see cref="HistogramParts"/>); each is a series of its
    /// own in the batch.
    /// </summary>
    public int PartSamples { get; internal set; }

    /// <summary>Exemplars, none of which are stored yet.</summary>
    public int Exemplars { get; internal set; }

    /// <summary>
    /// Families described by the sender (Prometheus sends them once a minute, mostly without series).
    /// </summary>
    public IReadOnlyList<MetricMetadata> Metadata => _metadata;

    /// <summary>
    /// The first rejection in words: series, field, value and fix. Null when everything was kept. Belongs into the
    /// answer to the sender (400, per the remote-write specification: the sender must not retry).
    /// </summary>
    public string? FirstRejection { get; private set; }

    /// <summary>Series rejected for any reason, those that only lost their native histograms included.</summary>
    public int SeriesRejected => _rejected.Sum();

    /// <summary>Series rejected for one reason.</summary>
    public int RejectedFor(SeriesRejection reason) => _rejected[(int)reason];

    internal KnowsMetric? KnowsMetric { get; init; }

    internal bool Knows(ReadOnlySpan<byte> metric) => KnowsMetric?.Invoke(metric) == true;

    internal void Reject(SeriesRejection reason) => _rejected[(int)reason]++;

    internal void Explain(string message) => FirstRejection ??= message;

    internal void Add(MetricMetadata metadata) => _metadata.Add(metadata);
}

using Presage.Metrics;

namespace Presage.Query.Histograms;

/// <summary>A native histogram and its time.</summary>
readonly record struct HistogramSample(long TimestampMs, NativeHistogram Histogram);

using Presage.Detection;
using Presage.Metrics;

namespace Presage.Explaining;

/// <summary>A series that changed in a window.</summary>
/// <param name="Source">To read its samples from again.</param>
/// <param name="Host">The host it belongs to.</param>
/// <param name="Chance">
/// The share of earlier windows of series like these that looked at least this changed; null where too few are known,
/// and of what appeared or stopped.
/// </param>
/// <param name="FalseShare">
/// Of all series that changed at least this surely, the share that chance explains: 0.05 says one in twenty; null
/// where that is not known.
/// </param>
sealed record SeriesFinding(
    ISampleSeries Source, string Host, bool IsRate, WindowChange Change, double? Chance, double? FalseShare)
{
    public string Metric { get; } = Source.Labels.MetricName;
}

using Presage.Detection;
using Presage.Metrics;

namespace Presage.Explaining;

/// <summary>A series that changed in a window.</summary>
/// <param name="Source">To read its samples from again.</param>
/// <param name="Host">The host it belongs to.</param>
/// <param name="FalseShare">
/// Of all series that changed at least this surely, the share that chance explains: 0.05 says one in twenty.
/// </param>
sealed record SeriesFinding(ISampleSeries Source, string Host, bool IsRate, WindowChange Change, double FalseShare)
{
    public string Metric { get; } = Source.Labels.MetricName;
}

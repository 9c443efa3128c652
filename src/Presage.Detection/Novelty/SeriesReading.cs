namespace Presage.Detection;

/// <summary>What a series detector says about one sample.</summary>
/// <param name="Score">
/// How odd the sample is, 0 to 1: one minus the share of normal samples that look at least this odd. 0 while it learns.
/// </param>
/// <param name="IsAlert">Whether the sample begins an anomaly at the sensitivity set.</param>
/// <param name="Strength">The same on an open scale: 2 is noteworthy, 4 rare.</param>
public readonly record struct SeriesReading(double Score, bool IsAlert, double Strength);

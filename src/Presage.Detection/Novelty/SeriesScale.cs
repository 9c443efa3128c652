namespace Presage.Detection;

/// <summary>
/// Turns the strength of one series into a score from 0 to 1: one minus the share of normal samples at least this
/// strong, as measured on 172,000 samples outside labelled windows (docs/decisions/detection.md) and extrapolated
/// beyond.
/// </summary>
static class SeriesScale
{
    /// <summary>The strength that half of all normal samples have.</summary>
    const double Median = -1.5;

    /// <summary>Decades the share falls by per unit of strength.</summary>
    const double Decades = 0.9;

    public static double Score(double strength) =>
        1 - (1 / (1 + Math.Pow(10, Decades * (Math.Clamp(strength, -10, 14.5) - Median))));

    /// <summary>The strength that normal samples, one each five minutes, reach as often a week as allowed.</summary>
    public static double Line(Sensitivity sensitivity) => sensitivity switch
    {
        Sensitivity.Low => 4.6,
        Sensitivity.Standard => 4,
        Sensitivity.High => 2.3,
        _ => 2,
    };
}

namespace Presage.Detection;

/// <summary>
/// Turns the strength of one series into a score from 0 to 1: one minus the share of normal samples at least this
/// strong, as measured on 172,000 samples outside labelled windows (docs/decisions/detection.md) and extrapolated
/// beyond.
/// </summary>
static class SeriesScale
{
    /// <summary>The strength that half of all normal samples have.</summary>
    const double Median = -1.2;

    /// <summary>Decades the share falls by per unit of strength, up to a strength and beyond.</summary>
    const double Decades = 0.9;
    const double DecadesBeyond = 0.5;
    const double Beyond = 3;

    /// <summary>Seconds between the samples that the lines were measured on.</summary>
    const double MeasuredSpacing = 300;

    public static double Score(double strength)
    {
        strength = Math.Clamp(strength, -10, 20);
        double decades = (Decades * (Math.Min(strength, Beyond) - Median)) +
            (DecadesBeyond * Math.Max(0, strength - Beyond));
        return 1 - (1 / (1 + Math.Pow(10, decades)));
    }

    /// <summary>
    /// What the line rises by when samples come faster than one in five minutes: as many more of them are judged.
    /// </summary>
    public static double Rise(double spacingSeconds) =>
        Math.Log10(MeasuredSpacing / Math.Clamp(spacingSeconds, 1, MeasuredSpacing)) / DecadesBeyond;

    /// <summary>The strength that normal samples, one each five minutes, reach as often a week as allowed.</summary>
    public static double Line(Sensitivity sensitivity) => sensitivity switch
    {
        Sensitivity.Low => 5.4,
        Sensitivity.Standard => 4.3,
        Sensitivity.High => 2.6,
        _ => 2.2,
    };
}

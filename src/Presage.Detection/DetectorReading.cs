namespace Presage.Detection;

/// <summary>The judgement of one value.</summary>
/// <param name="Score">
/// 1 minus the probability that a normal look (one each 10 s) is at least this odd; see <see cref="Rarity"/>. NaN while
/// the usual range is being learned.
/// </param>
/// <param name="Lower">
/// Lower end of the usual range (99 % of normal values lie in it), NaN while it is being learned.
/// </param>
/// <param name="Upper">Upper end of the usual range.</param>
/// <param name="Change">Whether this value opened or closed an anomaly.</param>
public readonly record struct DetectorReading(double Score, double Lower, double Upper, AnomalyChange Change)
{
    /// <summary>The judgement before anything is known.</summary>
    public static DetectorReading Unknown { get; } = new(double.NaN, double.NaN, double.NaN, AnomalyChange.None);
}

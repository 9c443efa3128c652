namespace Presage.Detection.OwnModels;

/// <summary>What came of a model's answer for a series and a step.</summary>
/// <param name="Probability">
/// The share of normal steps at least this odd; NaN while that is not known, or when the answer was no number.
/// </param>
/// <param name="Expected">The value the model expects; NaN of a model that gives scores.</param>
/// <param name="Lower">The end of the usual range of the value; NaN where there is none.</param>
/// <param name="Raw">What was judged: the score, or how far from the value the model was.</param>
/// <param name="RawUsual">What it is usually at most.</param>
public readonly record struct ModelReading(
    double Value,
    double Probability,
    double Expected,
    double Lower,
    double Upper,
    double Raw,
    double RawUsual,
    AnomalyChange Change)
{
    /// <summary>One minus the probability; NaN while that is not known.</summary>
    public double Score => double.IsNaN(Probability)
        ? double.NaN
        : 1 - Math.Clamp(Probability, Rarity.ProbabilityMin, 1);
}

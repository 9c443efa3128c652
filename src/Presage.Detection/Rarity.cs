namespace Presage.Detection;

/// <summary>
/// What a score means in time. A score s says: among normal looks, one each 10 s, a share of 1 - s is at least this
/// odd; so normal behaviour shows such a value once in 10 s / (1 - s) on average.
/// </summary>
public static class Rarity
{
    /// <summary>The spacing of looks that scores refer to.</summary>
    public const double LookSeconds = 10;

    /// <summary>
    /// The least probability a score expresses: once in 300 years. The true tail of a signal is not known that far out;
    /// the bound keeps 1 - p exact in a double and stops anyone from ranking by it.
    /// </summary>
    public const double ProbabilityMin = 1e-9;

    /// <summary>The score of a probability, 0 to 1 - <see cref="ProbabilityMin"/>.</summary>
    public static double ScoreOf(double probability) => 1 - Math.Clamp(probability, ProbabilityMin, 1);

    /// <summary>The mean time between normal values with this score or a higher one, in seconds.</summary>
    public static double SecondsBetween(double score) =>
        LookSeconds / Math.Clamp(1 - score, ProbabilityMin, 1);
}

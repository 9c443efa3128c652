namespace Presage.Detection;

/// <summary>One judged value, as <see cref="OddRun"/> needs it.</summary>
/// <param name="Probability">The smallest of all views.</param>
/// <param name="ValueProbability">Of the value itself.</param>
/// <param name="MinuteProbability">The smaller one of the value itself and of the mean of a minute.</param>
/// <param name="SlowProbability">
/// Of all views, or of the value itself against the level of days where that is more ordinary: the 5 min mean lags
/// behind.
/// </param>
/// <param name="Residual">Of the view that found it odder, in practical floors.</param>
readonly record struct OddLook(
    long TimestampMs,
    double Value,
    double Seconds,
    double Probability,
    double ValueProbability,
    double MinuteProbability,
    double SlowProbability,
    double Residual,
    OddScale Scale,
    double Lower,
    double Upper);

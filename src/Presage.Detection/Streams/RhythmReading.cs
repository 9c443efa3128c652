namespace Presage.Detection;

/// <summary>What the rhythm says of five minutes of a series.</summary>
/// <param name="Oddity">A wrong time or a trend where one of them is rarer than usual at all, else none.</param>
/// <param name="Probability">The share of normal looks at least this odd, 0 to 1.</param>
public readonly record struct RhythmReading(SeriesOddity Oddity, double Probability)
{
    /// <summary>Nothing to say.</summary>
    public static RhythmReading Usual => new(SeriesOddity.None, 1);
}

using Presage.Detection;

namespace Presage.Watching;

/// <summary>A score as the mean time between such values in normal times: "1 in 7 months".</summary>
static class RarityText
{
    const double Minute = 60;
    const double Hour = 3_600;
    const double Day = 86_400;
    const double Month = 30.44 * Day;
    const double Year = 365.25 * Day;

    /// <summary>
    /// Beyond ten years the tail of a signal is guesswork: the text says so. "usual" where normal values go that far
    /// all day.
    /// </summary>
    public static string Of(double score)
    {
        double seconds = Rarity.SecondsBetween(score);
        return seconds switch
        {
            < 2 * Minute => "usual",
            < 1.5 * Hour => In(seconds / Minute, "minute"),
            < 1.5 * Day => In(seconds / Hour, "hour"),
            < 1.5 * Month => In(seconds / Day, "day"),
            < 1.5 * Year => In(seconds / Month, "month"),
            < 10 * Year => In(seconds / Year, "year"),
            _ => "less than 1 in 10 years",
        };
    }

    static string In(double count, string unit)
    {
        long whole = Math.Max(1, (long)Math.Round(count));
        return whole > 1 ? $"1 in {whole} {unit}s" : unit == "hour" ? "1 in an hour" : $"1 in a {unit}";
    }
}

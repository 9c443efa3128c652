using System.Globalization;

namespace Presage.Backtesting;

/// <summary>The time of a row of a file: as written, or, where that is no time, counted in steps.</summary>
static class RowTime
{
    /// <summary>Numbers from here on are ms since 1970; below, seconds.</summary>
    const double MillisecondsFrom = 1e11;

    /// <summary>
    /// Milliseconds since 1970 UTC. A row's own text decides alone, so cutting a file short changes nothing.
    /// </summary>
    public static long Of(string text, int row, TimeSpan step)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            return Math.Abs(number) < 1e15 ? (long)(number >= MillisecondsFrom ? number : number * 1_000) : 0;
        }

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : (long)(row * step.TotalMilliseconds);
    }
}

using System.Globalization;

namespace Presage.Backtesting;

/// <summary>The time of a row of a file: as written, or, where that is no time, counted in steps.</summary>
static class RowTime
{
    /// <summary>Numbers from here on are ms since 1970; below, seconds.</summary>
    const double MillisecondsFrom = 1e11;

    const int SpacingRows = 64;

    /// <summary>
    /// Milliseconds since 1970 UTC. A row's own text decides alone, so cutting a file short changes nothing.
    /// </summary>
    public static long Of(string text, int row, TimeSpan step) => Of(text) ?? (long)(row * step.TotalMilliseconds);

    /// <summary>
    /// The middle of the times between the first rows; null where they do not say. So few that a host's detector has
    /// judged nothing by then: cutting a file short changes no score.
    /// </summary>
    public static TimeSpan? Spacing(IReadOnlyList<string> times)
    {
        var apart = new List<long>(SpacingRows);
        for (int row = 1; row < Math.Min(times.Count, SpacingRows); row++)
        {
            if (Of(times[row - 1]) is { } before && Of(times[row]) is { } timeMs && timeMs > before)
            {
                apart.Add(timeMs - before);
            }
        }

        apart.Sort();
        return apart.Count == 0 ? null : TimeSpan.FromMilliseconds(apart[apart.Count / 2]);
    }

    /// <summary>What is wrong with the times of a file, in a sentence; null when nothing is.</summary>
    /// <param name="column">The name of their column.</param>
    /// <param name="times">Row by row, as they are written.</param>
    public static string? Complaint(string column, IReadOnlyList<string> times, TimeSpan step)
    {
        int unread = 0, firstUnread = 0, back = 0, firstBack = 0;
        long lastMs = long.MinValue;
        for (int row = 0; row < times.Count; row++)
        {
            if (Of(times[row]) is not { } timeMs)
            {
                firstUnread = unread++ == 0 ? row : firstUnread;
                continue;
            }

            if (timeMs <= lastMs)
            {
                firstBack = back++ == 0 ? row : firstBack;
            }

            lastMs = timeMs;
        }

        string first = $"of the first column, \"{column}\",";
        return unread > 0
            ? $"{unread} of {times.Count} fields {first} are no time (\"{times[firstUnread]}\" in row " +
              $"{firstUnread + 1}); those rows are taken to be {step.TotalSeconds:0.###} s apart."
            : back > 0
                ? $"{back} of {times.Count} times {first} are not after the one before (\"{times[firstBack]}\" in " +
                  $"row {firstBack + 1}); rows are scored in the order they stand. Is it the column of times? " +
                  "Sort by it."
                : null;
    }

    static long? Of(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            return Math.Abs(number) < 1e15 ? (long)(number >= MillisecondsFrom ? number : number * 1_000) : 0;
        }

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : null;
    }
}

using System.Globalization;
using Presage.Metrics;

namespace Presage.Import;

/// <summary>Which columns of a CSV file mean what. Columns are named by the file's first row.</summary>
/// <param name="Time">The column of the time.</param>
/// <param name="TimeFormat">s, ms, iso, or a .NET format; UTC where the text names no zone.</param>
/// <param name="Values">Columns that hold values, with the metric each becomes; the metric is null where another column
/// names it.</param>
/// <param name="MetricColumn">The column that names the metric, for files with one value a row; or null.</param>
/// <param name="Labels">Columns that become labels.</param>
/// <param name="Fixed">Labels of every series.</param>
sealed record CsvMapping(
    string Time,
    string TimeFormat,
    IReadOnlyList<(string Column, string? Metric)> Values,
    string? MetricColumn,
    IReadOnlyList<(string Column, string Label)> Labels,
    IReadOnlyList<Label> Fixed)
{
    /// <summary>Reads a time; false when the text is none.</summary>
    public bool TryReadTime(string text, out long timestampMs)
    {
        timestampMs = 0;
        switch (TimeFormat)
        {
            case "s" or "ms":
                if (!double.TryParse(text, CultureInfo.InvariantCulture, out double number)
                    || Math.Abs(number) is not < 9e15)
                {
                    return false;
                }

                timestampMs = (long)Math.Round(TimeFormat == "s" ? number * 1000 : number);
                return true;
            default:
                const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces;
                bool read = TimeFormat == "iso"
                    ? DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time)
                    : DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, Utc, out time);
                timestampMs = time.ToUnixTimeMilliseconds();
                return read;
        }
    }
}

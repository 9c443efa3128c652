using System.Globalization;
using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>Says in words why a sample was refused: its series, its timestamp and the bound it broke.</summary>
static class Refusal
{
    /// <summary>Labels can be long and hostile; an answer shows their beginning.</summary>
    const int SeriesTextMax = 300;

    public static string OutOfBounds(
        ReadOnlySpan<byte> key, long timestampMs, in AppendBounds bounds, StorageOptions options) =>
        timestampMs < bounds.OldestMs
            ? $"{Series(key)}: sample at {Time(timestampMs)} is too old; " +
              $"the oldest accepted now is {Time(bounds.OldestMs)} ({Span(options.PastMax)} back)."
            : $"{Series(key)}: sample at {Time(timestampMs)} is too far in the future; the newest accepted now is " +
              $"{Time(bounds.NewestMs)} ({Span(options.FutureMax)} ahead): check the clocks of sender and server.";

    public static string OutOfOrder(
        ReadOnlySpan<byte> key, long timestampMs, long newestMs, in AppendBounds bounds, StorageOptions options) =>
        $"{Series(key)}: sample at {Time(timestampMs)} is out of order; the newest stored is at {Time(newestMs)}, " +
        $"and late ones are accepted from {Time(bounds.OldestLateMs)} on ({Span(options.OutOfOrderWindow)} back).";

    public static string OverSeriesMax(ReadOnlySpan<byte> key, int max, string largestHost, int series) =>
        $"{Series(key)}: new series refused, the store holds its maximum of {max} active series " +
        $"(storage.series_max); host \"{largestHost}\" has the most, {series}.";

    public static string OverHostMax(ReadOnlySpan<byte> key, HostLimit limit) =>
        $"{Series(key)}: new series refused, host \"{limit.Host}\" has its maximum of {limit.SeriesMax} active " +
        $"series (storage.series_per_host_max); its label \"{limit.Label}\" has the most values, " +
        $"{limit.LabelValues} in {limit.SeriesLooked} series.";

    public static string KeyTooLong(ReadOnlySpan<byte> key) =>
        $"{Series(key)}: series refused, its labels take {key.Length} bytes; " +
        $"the maximum is {JournalFormat.KeyBytesMax}.";

    static string Series(ReadOnlySpan<byte> key)
    {
        if (key.Length > JournalFormat.KeyBytesMax)
        {
            // A label of megabytes: its text is not made.
            return $"series of host \"{Shown(Encoding.UTF8.GetString(Beginning(SeriesKey.HostOf(key))))}\", metric " +
                $"\"{Shown(Encoding.UTF8.GetString(Beginning(SeriesKey.ValueOf(key, "__name__"u8))))}\"";
        }

        string text = LabelSet.FromKey(key).ToString();
        return Shown(text);
    }

    static string Shown(string text) => text.Length <= SeriesTextMax ? text : text[..SeriesTextMax] + "...";

    static ReadOnlySpan<byte> Beginning(ReadOnlySpan<byte> text) => text[..Math.Min(text.Length, 4 * SeriesTextMax)];

    static string Time(long timestampMs) =>
        timestampMs is > -62135596800000 and < 253402300800000
            ? DateTimeOffset.FromUnixTimeMilliseconds(timestampMs).ToString(
                "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            : $"{timestampMs} ms";

    static string Span(TimeSpan span) =>
        span.TotalHours >= 1 && span.Ticks % TimeSpan.TicksPerHour == 0 ? $"{span.TotalHours:0} h"
            : $"{span.TotalMinutes:0.#} min";
}

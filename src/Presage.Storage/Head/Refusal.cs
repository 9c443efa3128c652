using System.Globalization;
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

    public static string OverSeriesMax(ReadOnlySpan<byte> key, int max) =>
        $"{Series(key)}: new series refused, the store holds its maximum of {max} active series.";

    public static string OverHostMax(ReadOnlySpan<byte> key, string host, int max) =>
        $"{Series(key)}: new series refused, host \"{host}\" has its maximum of {max} active series.";

    public static string KeyTooLong(ReadOnlySpan<byte> key) =>
        $"{Series(key)}: series refused, its labels take {key.Length} bytes; " +
        $"the maximum is {JournalFormat.KeyBytesMax}.";

    static string Series(ReadOnlySpan<byte> key)
    {
        string text = LabelSet.FromKey(key).ToString();
        return text.Length <= SeriesTextMax ? text : text[..SeriesTextMax] + "...";
    }

    static string Time(long timestampMs) =>
        timestampMs is > -62135596800000 and < 253402300800000
            ? DateTimeOffset.FromUnixTimeMilliseconds(timestampMs).ToString(
                "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            : $"{timestampMs} ms";

    static string Span(TimeSpan span) =>
        span.TotalHours >= 1 && span.Ticks % TimeSpan.TicksPerHour == 0 ? $"{span.TotalHours:0} h"
            : $"{span.TotalMinutes:0.#} min";
}

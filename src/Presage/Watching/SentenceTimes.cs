using System.Globalization;
using System.Text;

namespace Presage.Watching;

/// <summary>
/// Times in sentences. A sentence is made, kept and handed on with its times as numbers, "since ⟨1795356120000⟩", and
/// becomes a reader's own only where somebody reads it: in the zone of the page, of the server, or in UTC. So "14:02"
/// is never that of another zone, nor that of yesterday.
/// </summary>
static class SentenceTimes
{
    const char Begin = '⟨';
    const char End = '⟩';

    /// <summary>A time as it stands in a sentence until somebody reads it.</summary>
    public static string Of(long timestampMs) =>
        string.Create(CultureInfo.InvariantCulture, $"{Begin}{timestampMs}{End}");

    /// <summary>The sentence for somebody.</summary>
    /// <param name="zone">The reader's.</param>
    /// <param name="nowMs">When it is read: of today the day is not told.</param>
    /// <param name="isZoneNamed">
    /// Whether the last time names the zone: for messages, whose readers may be anywhere.
    /// </param>
    public static string Read(string sentence, TimeZoneInfo zone, long nowMs, bool isZoneNamed = false)
    {
        int begin = sentence.IndexOf(Begin, StringComparison.Ordinal);
        if (begin < 0)
        {
            return sentence;
        }

        var text = new StringBuilder(sentence.Length);
        int at = 0, named = 0;
        long? last = null;
        for (; begin >= 0; begin = sentence.IndexOf(Begin, begin + 1))
        {
            int end = sentence.IndexOf(End, begin);
            if (end < 0)
            {
                break;
            }

            // What is no time was in a label, or in what a user wrote.
            if (TryTime(sentence.AsSpan(begin + 1, end - begin - 1), out long timeMs))
            {
                text.Append(sentence, at, begin - at).Append(Clock(timeMs, zone, nowMs));
                (at, named, last) = (end + 1, text.Length, timeMs);
            }
        }

        if (isZoneNamed && last is { } lastMs)
        {
            text.Insert(named, $" {NameOf(zone, lastMs)}");
        }

        return text.Append(sentence, at, sentence.Length - at).ToString();
    }

    /// <summary>Today "14:02", this year "Sat 14 Nov 00:50", else "24 Feb 2027".</summary>
    public static string Clock(long timestampMs, TimeZoneInfo zone, long nowMs)
    {
        var time = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(timestampMs), zone);
        var now = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(nowMs), zone);
        string form = time.Date == now.Date ? "HH:mm" : time.Year == now.Year ? "ddd d MMM HH:mm" : "d MMM yyyy";
        return time.ToString(form, CultureInfo.InvariantCulture);
    }

    /// <summary>"UTC", "UTC+1", "UTC-3:30": what everybody knows, as abbreviations of zones are not.</summary>
    public static string NameOf(TimeZoneInfo zone, long atMs)
    {
        var offset = zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(atMs));
        string form = offset.Minutes == 0 ? "%h" : @"h\:mm";
        return offset == TimeSpan.Zero
            ? "UTC"
            : $"UTC{(offset < TimeSpan.Zero ? '-' : '+')}{offset.ToString(form, CultureInfo.InvariantCulture)}";
    }

    static bool TryTime(ReadOnlySpan<char> digits, out long timestampMs) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out timestampMs) &&
        timestampMs <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() - 86_400_000;
}

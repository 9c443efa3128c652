// Hot path: once per point of an answer, of which a chart of a host has tens of thousands.
using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Presage.Query;

namespace Presage.Api;

/// <summary>
/// Writes the points of a series as one piece of text, <c>[[seconds,"value"],…]</c>: a JSON writer asked for every
/// bracket takes three times as long.
/// </summary>
static class PointText
{
    /// <summary>The longest time: a sign, 16 digits, a point and three more.</summary>
    public const int SecondsMax = 24;

    /// <summary>Brackets, comma and quotes beside time and value.</summary>
    const int FrameBytes = 6;

    const int PointBytesMax = SecondsMax + SampleText.LengthMax + FrameBytes;

    /// <param name="numbersOnly">Whether points that are native histograms are left out.</param>
    public static void Write(Utf8JsonWriter writer, QuerySeries series, bool numbersOnly)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent((series.Count * PointBytesMax) + 2);
        Span<byte> text = rented;
        var times = series.TimestampsMs;
        var values = series.Values;
        int at = 0;
        text[at++] = (byte)'[';
        for (int i = 0; i < values.Length; i++)
        {
            if (numbersOnly && series.HistogramAt(i) is not null)
            {
                continue;
            }

            text[at++] = (byte)'[';
            at += WriteSeconds(text[at..], times[i]);
            text[at++] = (byte)',';
            text[at++] = (byte)'"';
            at += SampleText.Write(text[at..], values[i]);
            text[at++] = (byte)'"';
            text[at++] = (byte)']';
            text[at++] = (byte)',';
        }

        at -= at > 1 ? 1 : 0;
        text[at++] = (byte)']';
        writer.WriteRawValue(text[..at], skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Writes a time as seconds since 1970; returns its length.</summary>
    public static int WriteSeconds(Span<byte> text, long timestampMs)
    {
        int at = 0;
        if (timestampMs < 0)
        {
            text[at++] = (byte)'-';
            timestampMs = -timestampMs;
        }

        Utf8Formatter.TryFormat(timestampMs / 1000, text[at..], out int written);
        at += written;
        if (timestampMs % 1000 is var fraction and not 0)
        {
            text[at++] = (byte)'.';
            Utf8Formatter.TryFormat(fraction, text[at..], out written, new StandardFormat('D', 3));
            at += written;
        }

        return at;
    }
}

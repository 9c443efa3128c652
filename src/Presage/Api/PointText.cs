// Hot path: once per point of an answer, of which a chart of a host has tens of thousands.
using System.Buffers.Text;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Presage.Query;

namespace Presage.Api;

/// <summary>
/// Writes the points of a series as one piece of text, <c>[[seconds,"value"],…]</c>: a JSON writer asked for every
/// bracket takes three times as long.
/// </summary>
sealed class PointText
{
    /// <summary>The longest time: a sign, 16 digits, a point and three more.</summary>
    public const int SecondsMax = 24;

    /// <summary>Brackets, comma and quotes beside time and value.</summary>
    const int FrameBytes = 6;

    const int HeadBytesMax = SecondsMax + 3;

    const int PointBytesMax = SecondsMax + SampleText.LengthMax + FrameBytes;

    /// <summary>Up to the value: <c>[1795310318,"</c> of each point of the series written last.</summary>
    byte[] _heads = [];

    int[] _headEnds = [];
    QuerySeries? _headsOf;

    /// <param name="writer">Where the text goes.</param>
    /// <param name="series">The points.</param>
    /// <param name="numbersOnly">Whether points that are native histograms are left out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write(Utf8JsonWriter writer, QuerySeries series, bool numbersOnly)
    {
        PrepareHeads(series);
        byte[] rented = ArrayPool<byte>.Shared.Rent((series.Count * PointBytesMax) + 2);
        Span<byte> text = rented;
        ReadOnlySpan<byte> heads = _heads;
        var values = series.Values;
        int at = 0;
        text[at++] = (byte)'[';
        for (int i = 0; i < values.Length; i++)
        {
            if (numbersOnly && series.HistogramAt(i) is not null)
            {
                continue;
            }

            var head = heads[(i == 0 ? 0 : _headEnds[i - 1]).._headEnds[i]];
            head.CopyTo(text[at..]);
            at += head.Length;
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

    /// <summary>Series without gaps share their times: these are written once.</summary>
    void PrepareHeads(QuerySeries series)
    {
        if (_headsOf?.SharesTimes(series) == true)
        {
            return;
        }

        var times = series.TimestampsMs;
        _headsOf = series;
        _headEnds = _headEnds.Length < times.Length ? new int[times.Length] : _headEnds;
        _heads = _heads.Length < times.Length * HeadBytesMax ? new byte[times.Length * HeadBytesMax] : _heads;
        int at = 0;
        for (int i = 0; i < times.Length; i++)
        {
            _heads[at++] = (byte)'[';
            at += WriteSeconds(_heads.AsSpan(at), times[i]);
            _heads[at++] = (byte)',';
            _heads[at++] = (byte)'"';
            _headEnds[i] = at;
        }
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

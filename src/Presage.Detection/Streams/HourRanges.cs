using System.Runtime.CompilerServices;

namespace Presage.Detection;

/// <summary>
/// The lowest and the highest that each hour of the day comes to, on days of two kinds: positions from 1 to 255 on a
/// scale that <see cref="SeriesRhythm"/> keeps; 0 is unknown. 96 bytes.
/// </summary>
[InlineArray(Kinds * Hours * 2)]
struct HourRanges
{
    public const int Hours = 24;
    public const int Kinds = 2;

    /// <summary>The highest position.</summary>
    public const int Top = 255;

    byte _first;

    /// <summary>The range of an hour on a kind of day; empty where it is unknown.</summary>
    public readonly HourRange Of(int kind, int hour)
    {
        int at = At(kind, hour);
        return this[at] == 0 ? HourRange.None : new HourRange(this[at], this[at + 1]);
    }

    /// <summary>Sets the range of an hour.</summary>
    public void Set(int kind, int hour, int low, int high)
    {
        int at = At(kind, hour);
        this[at] = (byte)Math.Clamp(low, 1, Top);
        this[at + 1] = (byte)Math.Clamp(high, this[at], Top);
    }

    /// <summary>Forgets all hours of kinds of days, which are bits: 1 the first, 2 the second.</summary>
    public void Forget(byte kinds)
    {
        for (int at = 0; at < Kinds * Hours * 2; at++)
        {
            this[at] = (kinds >> (at / (2 * Hours)) & 1) == 1 ? (byte)0 : this[at];
        }
    }

    /// <summary>From the lowest to the highest there is.</summary>
    public readonly HourRange Whole()
    {
        var whole = HourRange.None;
        for (int kind = 0; kind < Kinds; kind++)
        {
            for (int hour = 0; hour < Hours; hour++)
            {
                whole = whole.With(Of(kind, hour));
            }
        }

        return whole;
    }

    /// <summary>Moves all positions to another scale: each becomes itself times a factor plus an offset.</summary>
    public void Rescale(double factor, double offset)
    {
        for (int kind = 0; kind < Kinds; kind++)
        {
            for (int hour = 0; hour < Hours; hour++)
            {
                var range = Of(kind, hour);
                if (range.IsKnown)
                {
                    Set(
                        kind,
                        hour,
                        (int)Math.Floor((range.Low * factor) + offset + 1e-6),
                        (int)Math.Ceiling((range.High * factor) + offset - 1e-6));
                }
            }
        }
    }

    /// <summary>Whether all ranges are such as can be.</summary>
    public readonly bool IsSane()
    {
        for (int at = 0; at < Kinds * Hours * 2; at += 2)
        {
            if (this[at] > this[at + 1])
            {
                return false;
            }
        }

        return true;
    }

    static int At(int kind, int hour) => 2 * ((kind * Hours) + hour);
}

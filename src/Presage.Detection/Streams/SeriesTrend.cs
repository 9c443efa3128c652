using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Presage.Detection;

/// <summary>
/// How a series drifts over a day, apart from its rhythm: the middle one of all differences of hourly means four hours
/// apart (in the manner of Theil and Sen), so that a step or a bad night is none of it. Compared with how it has
/// drifted so far. 36 bytes; lengths are in steps of the scale of <see cref="SeriesRhythm"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 2)]
struct SeriesTrend
{
    const int Lag = 4;

    /// <summary>The share of differences that may say otherwise.</summary>
    const double Disagreeing = 0.3;

    /// <summary>Differences that must be known, of the 20 there can be.</summary>
    const int PairsMin = 14;

    /// <summary>
    /// A drift that matters at least, an hour, as a share of all the series' range: a twentieth a day.
    /// </summary>
    const double DriftShare = 0.002;

    /// <summary>The weight of an hour in what is usual: three days.</summary>
    const double Gain = 1.0 / 72;

    /// <summary>What the farthest keeps a day: half of it is forgotten within a month.</summary>
    const float KeptADay = 0.977f;

    /// <summary>Hours in which it is learned how it drifts, before anything is judged.</summary>
    const int WarmHours = 72;

    const double LengthMax = 60_000;

    HourMeans _means;
    Half _usual;
    Half _spread;
    Half _farthest;
    Half _farthestToday;
    Half _farthestBefore;

    /// <summary>What <see cref="Ratio"/> says.</summary>
    Half _ratio;

    /// <summary>
    /// How far out the drift of the day was at the end of the last hour: 1 is as far as ever; 0 where not known.
    /// </summary>
    public readonly double Ratio => (double)_ratio;

    /// <summary>Takes in what an hour came to beside what was expected.</summary>
    /// <param name="hour">The hour of the day, 0 to 23.</param>
    /// <param name="beside">The position on the scale; where a rhythm is known 128 where it was expected.</param>
    /// <param name="width">All the series' range.</param>
    public void See(int hour, double beside, double width, int known)
    {
        _ratio = Half.Zero;
        _means[hour] = (byte)Math.Clamp(Math.Round(beside), 1, HourRanges.Top);
        Span<int> moves = stackalloc int[HourRanges.Hours - Lag];
        moves = moves[..Moves(hour, moves)];
        if (moves.Length < PairsMin)
        {
            return;
        }

        double drift = Agreed(moves) / (double)Lag;

        double gain = Math.Max(Gain, 1.0 / Math.Max(1, known - PairsMin - Lag + 1));
        double least = Math.Max(DriftShare * width, 1.0 / 16);
        double scale = (double)_spread + least;
        double distance = known < WarmHours ? 0 : Math.Abs(drift - (double)_usual) / scale;
        _farthestToday = Larger(_farthestToday, distance);
        double reach = known < WarmHours ? LengthMax : 5 * scale;
        double off = Math.Clamp(drift - (double)_usual, -reach, reach);
        double apart = Math.Min(Apart(moves, (double)_usual * Lag) / Lag, reach);
        _usual = Length((double)_usual + (gain * off));
        _spread = Length((double)_spread + (gain * (apart - (double)_spread)));
        _ratio = Length(distance / Math.Max(1, (double)_farthest));
    }

    /// <summary>A day has ended: what the day before it came to is usual from now on.</summary>
    public void EndDay()
    {
        _farthest = Larger((Half)((float)_farthest * KeptADay), (double)_farthestBefore);
        _farthestBefore = _farthestToday;
        _farthestToday = Half.Zero;
    }

    /// <summary>Forgets an hour that was not seen.</summary>
    public void Forget(int hour) => _means[hour] = 0;

    /// <summary>Forgets all hours: what they are measured against has changed.</summary>
    public void ForgetAll()
    {
        _means = default;
        _ratio = Half.Zero;
    }

    /// <summary>Moves to another scale; see <see cref="HourRanges.Rescale"/>.</summary>
    public void Rescale(double factor, double offset)
    {
        for (int hour = 0; hour < HourRanges.Hours; hour++)
        {
            if (_means[hour] != 0)
            {
                _means[hour] = (byte)Math.Clamp(
                    Math.Round((_means[hour] * factor) + offset), 1, HourRanges.Top);
            }
        }

        _usual = Length((double)_usual * factor);
        _spread = Length((double)_spread * factor);
    }

    /// <summary>Whether all numbers are such as can be.</summary>
    public readonly bool IsSane() =>
        Half.IsFinite(_usual) && IsLength(_spread) && IsLength(_farthest) && IsLength(_farthestToday) &&
        IsLength(_farthestBefore) && IsLength(_ratio);

    /// <summary>The differences of hours four apart, ascending; how many there are.</summary>
    readonly int Moves(int hour, Span<int> moves)
    {
        int known = 0;
        for (int ago = 0; ago < moves.Length; ago++)
        {
            int to = _means[(hour + HourRanges.Hours - ago) % HourRanges.Hours];
            int from = _means[(hour + (2 * HourRanges.Hours) - ago - Lag) % HourRanges.Hours];
            if (to != 0 && from != 0)
            {
                moves[known++] = to - from;
            }
        }

        moves[..known].Sort();
        return known;
    }

    /// <summary>What most differences reach in one direction; 0 where they do not agree on one.</summary>
    static int Agreed(ReadOnlySpan<int> moves)
    {
        int few = (int)(moves.Length * Disagreeing);
        int low = moves[few], high = moves[^(1 + few)];
        return low > 0 ? low : Math.Min(high, 0);
    }

    /// <summary>How far the differences lie from one of them: the middle distance.</summary>
    static double Apart(ReadOnlySpan<int> moves, double from)
    {
        Span<double> apart = stackalloc double[HourRanges.Hours];
        for (int i = 0; i < moves.Length; i++)
        {
            apart[i] = Math.Abs(moves[i] - from);
        }

        apart = apart[..moves.Length];
        apart.Sort();
        return apart[apart.Length / 2];
    }

    static Half Larger(Half a, double b) => (double)a >= b ? a : Length(b);

    static Half Length(double length) => (Half)Math.Clamp(length, -LengthMax, LengthMax);

    static bool IsLength(Half length) => Half.IsFinite(length) && length >= Half.Zero;

    /// <summary>What each of the last 24 hours came to; 0 is unknown.</summary>
    [InlineArray(HourRanges.Hours)]
    struct HourMeans
    {
        byte _first;
    }
}

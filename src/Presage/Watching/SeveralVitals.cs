using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// The third witness of <see cref="HostJudge"/>: several vital signs that are odd at the same time, each too little to
/// be told by itself. A fault moves what hangs together at once (memory, its largest program, pressure), ordinary work
/// hardly ever does, so this tells in the first hours what would need days of history otherwise. Used by the watcher's
/// loop alone.
/// </summary>
sealed class SeveralVitals
{
    /// <summary>Decades of rarity that a vital sign has now and then: what is beyond counts.</summary>
    const double OrdinaryDecades = 2.5;

    /// <summary>A vital sign counts once it has been of note for this long, and for two samples more.</summary>
    const long SteadyMs = 10_000;

    /// <summary>The line at a rate of 0.1 a week, and what a tenth of the rate adds to it.</summary>
    const double UsualPerWeek = 0.1;
    const double LineUsual = 2.5;
    const double LinePerDecade = 0.5;

    /// <summary>
    /// What is added at first and is gone after a day: by then the first jobs of every hour and night have come.
    /// </summary>
    const double LineAtFirst = 1.5;
    const double FirstSeconds = 86_400;

    /// <summary>The line lies this much above the highest seen lately.</summary>
    const double AboveHighest = 1.4;

    /// <summary>Half of what was highest is forgotten in this time.</summary>
    const double HighestHalfLifeMs = 7 * 86_400_000.0;

    readonly double[] _decades = new double[4];
    long _seenMs = long.MinValue;

    /// <summary>The highest size of late: what ordinary work comes to on this host.</summary>
    public double Highest { get; private set; }

    /// <summary>How much all of it is, in decades.</summary>
    public double Size { get; private set; }

    /// <summary>
    /// The least rate of false alarms a week at which what was seen last is beyond the line; null when it is not.
    /// </summary>
    public double? AlarmsPerWeek { get; private set; }

    /// <summary>Takes up what was saved.</summary>
    public void Resume(double highest) => Highest = double.IsFinite(highest) ? Math.Clamp(highest, 0, 100) : 0;

    /// <summary>Measures the present; true when it is beyond the line.</summary>
    /// <param name="known">Data time of the host, in seconds.</param>
    /// <param name="isAlarm">Whether an alarm runs anyway: that is no example of what is usual.</param>
    public bool See(
        long nowMs, IReadOnlyCollection<VitalTrack> tracks, double known, double falseAlarmsPerWeek, bool isAlarm)
    {
        Size = SizeOf(nowMs, tracks);
        double lineAtUsual = LineUsual + (LineAtFirst * Math.Max(0, 1 - (known / FirstSeconds)));
        double line = lineAtUsual - (LinePerDecade * Math.Log10(Math.Max(1e-3, falseAlarmsPerWeek) / UsualPerWeek));
        bool isBeyond = falseAlarmsPerWeek > 0 && Size > Math.Max(line, AboveHighest * Highest);
        AlarmsPerWeek = isBeyond ? UsualPerWeek * Math.Pow(10, (lineAtUsual - Size) / LinePerDecade) : null;
        double kept = _seenMs == long.MinValue ? 1 : double.Exp2(-(nowMs - _seenMs) / HighestHalfLifeMs);
        _seenMs = nowMs;
        Highest *= kept;
        if (!isBeyond && !isAlarm)
        {
            Highest = Math.Max(Highest, Size);
        }

        return isBeyond;
    }

    double SizeOf(long nowMs, IReadOnlyCollection<VitalTrack> tracks)
    {
        // The oddest four: the oddest counts in full, the others, which may hang together with it, ever less.
        Array.Clear(_decades);
        foreach (var track in tracks)
        {
            if (track.IsPresent && track.OfNoteSinceMs is { } sinceMs &&
                nowMs - sinceMs >= Math.Max(SteadyMs, 2 * track.SpacingMs))
            {
                Put(-Math.Log10(Math.Max(1 - track.Reading.Score, Rarity.ProbabilityMin)) - OrdinaryDecades);
            }
        }

        return _decades[1] <= 0 ? 0 : _decades[0] + (_decades[1] / 2) + (_decades[2] / 3) + (_decades[3] / 4);
    }

    void Put(double decades)
    {
        for (int i = 0; i < _decades.Length; i++)
        {
            if (decades > _decades[i])
            {
                (decades, _decades[i]) = (_decades[i], decades);
            }
        }
    }
}

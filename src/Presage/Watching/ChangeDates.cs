using Presage.Detection;
using Presage.Explaining;
using Presage.Metrics;

namespace Presage.Watching;

/// <summary>
/// When what is unusual began: the change point of its stored values nearest to when it was noticed. Detectors notice
/// a while after, and slow changes long after.
/// </summary>
static class ChangeDates
{
    /// <summary>
    /// A search is made again after this long while it finds nothing, then ever more seldom, each time half as late
    /// again, and for this long: a search costs a millisecond, and a thousand hosts may be of note together.
    /// </summary>
    const long SearchEveryMs = 10_000;
    const long SearchForMs = 1_200_000;

    /// <summary>A change point a little after the first odd value is the same change.</summary>
    const long AfterMs = 120_000;

    /// <summary>Values a search averages to at most.</summary>
    const double SearchedValues = 480;

    /// <summary>A regime of the least length may have begun later; one of this many times that has not.</summary>
    const double RegimesMin = 1.5;

    /// <summary>A change that leads to what is seen brings at least this part of it.</summary>
    const double PartMin = 0.3;

    /// <summary>How long before it was noticed something may have begun.</summary>
    public static long LookBackMs(bool isSlow) => isSlow ? 6 * 3_600_000 : 900_000;

    /// <summary>Dates a vital sign that is of note, when it is time to.</summary>
    public static void Set(VitalTrack track, ISampleSource source, long nowMs)
    {
        if (track.OfNoteSinceMs is { } notedMs && track.ChangedMs is null &&
            nowMs - track.SearchedMs >= Math.Max(SearchEveryMs, (track.SearchedMs - notedMs) / 2) &&
            nowMs - notedMs <= SearchForMs)
        {
            var anomaly = track.Detector.Anomaly;
            bool isUnusual = track.Detector.IsUnusual;
            double value = isUnusual ? anomaly.PeakValue : track.Value;
            bool isSlow = isUnusual && anomaly.IsSlow;

            // The end of a busy spell does not begin a load, whatever lies between the two.
            bool isAbove = isUnusual ? anomaly.IsAbove : value > (track.Reading.Lower + track.Reading.Upper) / 2;
            var odd = new OddValue(value, isAbove, notedMs, isSlow);
            track.Date(Find(track.Vital.Id, track.Per, source, odd, nowMs), nowMs);
        }
    }

    /// <summary>The change point nearest to a time that led to a value; null when there is none near it.</summary>
    static long? Find(string vital, Label? per, ISampleSource source, OddValue odd, long nowMs)
    {
        var (value, isAbove, notedMs, isSlow) = odd;
        // Twice as far back as a change may lie: a regime needs values before it.
        var range = new TimeRange(notedMs - (2 * LookBackMs(isSlow)), nowMs);
        var matchers = new List<LabelMatcher>
        {
            new(LabelNames.MetricName, MatchOperator.Equal, ReadingsOutput.ValueName),
            new("vital", MatchOperator.Equal, vital),
        };
        if (per is { } label)
        {
            matchers.Add(new LabelMatcher(label.Name, MatchOperator.Equal, label.Value));
        }

        foreach (var series in source.Select(matchers, range))
        {
            // What led there and back again before it was noticed is another story.
            var regimes = RegimeSearch.Of(series, range, isCounter: false);
            long fromMs = regimes
                .Where(regime => regime.TimeMs <= notedMs &&
                    LeadsTo(value, regime.Point.After, regime.Point.Before))
                .Select(static regime => regime.TimeMs).Append(notedMs - LookBackMs(isSlow)).Max();
            Regime[] near =
            [
                .. regimes.Where(regime => regime.TimeMs >= fromMs && regime.TimeMs <= notedMs + AfterMs &&
                    regime.Point.After > regime.Point.Before == isAbove &&
                    LeadsTo(value, regime.Point.Before, regime.Point.After)),
            ];
            if (near.Length > 0)
            {
                return Exact(series, range, near.MinBy(regime => Math.Abs(regime.TimeMs - notedMs)));
            }
        }

        return null;
    }

    /// <summary>What is to be dated.</summary>
    /// <param name="IsAbove">Whether the value lies above what is usual.</param>
    /// <param name="NotedMs">When it was noticed.</param>
    readonly record struct OddValue(double Value, bool IsAbove, long NotedMs, bool IsSlow);

    /// <summary>Whether a change goes towards a value, and not past it to farther away.</summary>
    static bool LeadsTo(double value, double before, double after) =>
        (after - before) / (value - before) >= PartMin && Math.Abs(value - after) <= Math.Abs(value - before);

    /// <summary>
    /// The first value on the far side of a step, for a search averages values; null where the regime has just begun:
    /// one is at least six values long, so that it is put too early.
    /// </summary>
    static long? Exact(ISampleSeries series, TimeRange range, Regime regime)
    {
        var (timeMs, point) = regime;
        var columns = new SampleColumns();
        series.Read(range, columns);
        columns.DropStaleMarkers();
        long newestMs = columns.TimestampsMs[^1];
        double spacingMs = Math.Max(
            (newestMs - columns.TimestampsMs[0]) / (double)columns.Count, (range.ToMs - range.FromMs) / SearchedValues);
        if (newestMs - timeMs < RegimesMin * ChangePoints.RegimeMin * spacingMs)
        {
            return null;
        }

        if (point.Kind is not (ChangeKind.Rose or ChangeKind.Fell))
        {
            return timeMs;
        }

        double middle = (point.Before + point.After) / 2;
        for (int i = 1; i < columns.Count; i++)
        {
            bool isBeyond = columns.Values[i] > middle == point.After > middle;
            if (isBeyond && columns.TimestampsMs[i] >= timeMs)
            {
                return columns.TimestampsMs[i];
            }
        }

        return timeMs;
    }
}

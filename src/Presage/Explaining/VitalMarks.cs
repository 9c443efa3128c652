using Presage.Api;
using Presage.Detection;
using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Watching;

namespace Presage.Explaining;

/// <summary>The change points of a host's vital signs, for the marks on its charts.</summary>
static class VitalMarks
{
    static readonly LabelMatcher[] Vitals = [new(LabelNames.MetricName, MatchOperator.Equal, "presage_vital")];

    public static IReadOnlyList<ChangeMark> Of(ISampleSource source, TimeRange range, ReaderClock reader)
    {
        var marks = new List<ChangeMark>();
        foreach (var series in source.Select(Vitals, range))
        {
            if (VitalCatalogue.Default.Find(series.Labels["vital"]) is not { } vital)
            {
                continue;
            }

            string per = vital.Per is null ? "" : series.Labels[vital.Per];
            string key = vital.Per is null || per.Length == 0
                ? vital.Id
                : LabelSet.OfMetric(vital.Id, new Label(vital.Per, per)).ToString();
            foreach (var (timeMs, point) in RegimeSearch.Of(series, range, isCounter: false))
            {
                if (Matters(vital, point))
                {
                    marks.Add(new ChangeMark(
                        key, timeMs, point.Kind, point.Before, point.After,
                        reader.Read(SentenceOf(vital, per, timeMs, point))));
                }
            }
        }

        return [.. marks.OrderBy(static mark => mark.TimeMs)];
    }

    /// <summary>Less than half of what can matter to anybody is no mark; a change of unrest has to be clear.</summary>
    static bool Matters(VitalSign vital, in ChangePoint point) =>
        point.Kind is ChangeKind.Rougher or ChangeKind.Calmer
            ? point.Gain > 2
            : Math.Abs(point.After - point.Before) >=
                Math.Max(vital.Floor, vital.RelativeFloor * Math.Abs(point.Before)) / 2;

    static string SentenceOf(VitalSign vital, string per, long timeMs, in ChangePoint point)
    {
        string name = UnusualSentence.NameOf(vital, per.Length == 0 ? null : per);
        string at = SentenceTimes.Of(timeMs);
        string before = Quantity.Format(point.Before, vital.Unit, vital.Family);
        string after = Quantity.Format(point.After, vital.Unit, vital.Family);
        return point.Kind switch
        {
            ChangeKind.Rose => $"{name} rose from {before} to {after} at {at}.",
            ChangeKind.Fell => $"{name} fell from {before} to {after} at {at}.",
            ChangeKind.Climbs => $"{name} began to climb at {at}, from {before}.",
            ChangeKind.Sinks => $"{name} began to sink at {at}, from {before}.",
            ChangeKind.Rougher => $"{name} began to move more at {at}.",
            _ => $"{name} began to move less at {at}.",
        };
    }
}

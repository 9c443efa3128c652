using Presage.Detection;
using Presage.Metrics;

namespace Presage.Explaining;

/// <summary>
/// Turns a ranked list of series into one a person can read: copies and what moves in step become one line.
/// </summary>
static class ChangeGroups
{
    /// <summary>Two series of a host whose means of spans correlate more than this moved in step.</summary>
    const double InStep = 0.95;

    /// <summary>A host of which this share of what it had stopped has stopped itself.</summary>
    const double SilentShare = 0.9;

    /// <param name="countMax">Groups wanted.</param>
    public static List<(ChangeGroup Group, double[] Shape)> Of(
        IReadOnlyList<SeriesFinding> ranked, ComparedWindow window, int countMax)
    {
        var groups = new Dictionary<(string Metric, int Way), ChangeGroup>();
        var ordered = new List<ChangeGroup>();
        foreach (var finding in ranked)
        {
            var key = ChangeGroup.KeyOf(finding);
            if (groups.TryGetValue(key, out var group))
            {
                group.Copy(finding);
            }
            else
            {
                group = new ChangeGroup(finding);
                groups.Add(key, group);
                ordered.Add(group);
            }
        }

        return Apart(ordered, window, countMax);
    }

    /// <summary>
    /// Hosts that fell silent: nearly all that changed about them is that it stopped, at one time.
    /// </summary>
    public static HashSet<string> Silent(IReadOnlyList<SeriesFinding> ranked) =>
    [
        .. ranked.GroupBy(static finding => finding.Host, StringComparer.Ordinal)
            .Where(static host => host.Count() >= 10 &&
                host.Count(static one => one.Change.Kind == ChangeKind.Stopped) >= SilentShare * host.Count())
            .Select(static host => host.Key),
    ];

    /// <summary>The first groups, those in step with an earlier one taken into it.</summary>
    static List<(ChangeGroup Group, double[] Shape)> Apart(
        List<ChangeGroup> ordered, ComparedWindow window, int countMax)
    {
        var kept = new List<(ChangeGroup Group, double[] Shape)>();
        var comparison = new WindowComparison();
        var columns = new SampleColumns();

        // A line may take in others; twice as many as are wanted are looked at.
        foreach (var group in ordered.Take(2 * countMax))
        {
            double[] shape = ShapeOf(group.Leader, window, comparison, columns);
            var like = kept.FirstOrDefault(one => one.Group.Leader.Host == group.Leader.Host &&
                Math.Abs(Correlation(one.Shape, shape)) >= InStep);
            if (like.Group is not null)
            {
                like.Group.Align(group);
            }
            else if (kept.Count < countMax)
            {
                kept.Add((group, shape));
            }
        }

        return kept;
    }

    static double[] ShapeOf(
        SeriesFinding finding, ComparedWindow window, WindowComparison comparison, SampleColumns columns)
    {
        columns.Clear();
        finding.Source.Read(new TimeRange(window.BaselineFromMs, window.ToMs - 1), columns);
        comparison.Compare(window, columns.TimestampsMs, columns.Values, finding.IsRate);
        double[] shape = new double[window.BaselineSpans + ComparedWindow.Spans];
        comparison.Shape(window, shape);
        return shape;
    }

    static double Correlation(double[] a, double[] b)
    {
        double meanA = 0, meanB = 0;
        int count = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (!double.IsNaN(a[i]) && !double.IsNaN(b[i]))
            {
                meanA += a[i];
                meanB += b[i];
                count++;
            }
        }

        meanA /= count;
        meanB /= count;
        double aa = 0, bb = 0, ab = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (!double.IsNaN(a[i]) && !double.IsNaN(b[i]))
            {
                aa += (a[i] - meanA) * (a[i] - meanA);
                bb += (b[i] - meanB) * (b[i] - meanB);
                ab += (a[i] - meanA) * (b[i] - meanB);
            }
        }

        return 2 * count >= a.Length && aa > 0 && bb > 0 ? ab / Math.Sqrt(aa * bb) : 0;
    }
}

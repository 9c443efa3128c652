namespace Presage.Detection;

/// <summary>
/// Finds where the regime of a series changed: the split of its values into stretches of one distribution each that
/// costs least (ED-PELT: Haynes, Fearnhead and Eckley, "A computationally efficient nonparametric approach for
/// changepoint detection", Statistics and Computing 27, 2017; pruned as in Killick, Fearnhead and Eckley, "Optimal
/// detection of changepoints with a linear computational cost", JASA 107, 2012). The cost looks at ranks only, so
/// outliers and scale do not matter, and level, variance and shape count alike. The penalty of a split grows with
/// the memory of the series: values that follow each other carry less news.
/// </summary>
public static class ChangePoints
{
    /// <summary>A regime that a line explains this well climbs.</summary>
    const double RestLineMin = 0.6;

    /// <summary>More values than this are to be averaged first.</summary>
    public const int ValuesMax = 720;

    /// <summary>A regime is at least this many values long.</summary>
    public const int RegimeMin = 6;

    /// <summary>
    /// Penalty of a split in logarithms of the number of values. Calibrated on normal series without memory: one in a
    /// hundred series of 240 values is split.
    /// </summary>
    const double PenaltyFactor = 5.5;

    const int Rounds = 3;

    /// <summary>Steps that a line explains this well are a climb; two steps are explained to three quarters.</summary>
    const double StairsMin = 0.85;

    /// <summary>The change points of evenly spaced values, in order; none where there are too few of them.</summary>
    /// <param name="values">Finite values, at most <see cref="ValuesMax"/>.</param>
    public static IReadOnlyList<ChangePoint> Of(ReadOnlySpan<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, ValuesMax);
        if (values.Length < 2 * RegimeMin)
        {
            return [];
        }

        // A trend through all of it is one regime: what is left of it is looked at.
        double[] looked = WithoutTrend(values, out bool isTrend);
        var cost = new RankCost(looked);
        double memory = 1;
        List<int> splits = [];
        for (int round = 0; round < Rounds; round++)
        {
            splits = Split(cost, looked.Length, PenaltyFactor * Math.Log(looked.Length) * memory);
            double next = Memory(looked, splits);
            if (Math.Abs(next - memory) < 0.25)
            {
                break;
            }

            memory = next;
        }

        double penalty = PenaltyFactor * Math.Log(looked.Length) * memory;
        return Told(values, WithoutStairs(values, splits), cost, penalty, isTrend);
    }

    static double[] WithoutTrend(ReadOnlySpan<double> values, out bool isTrend)
    {
        int[] spans = new int[values.Length];
        double[] looked = values.ToArray();
        for (int i = 0; i < spans.Length; i++)
        {
            spans[i] = i;
            looked[i] = Math.Clamp(looked[i], -1e100, 1e100);
        }

        var line = SpanLine.Through(spans, looked);
        isTrend = line.Explained > 0.97;
        if (isTrend)
        {
            for (int i = 0; i < looked.Length; i++)
            {
                looked[i] -= line.At(i);
            }
        }

        return looked;
    }

    /// <summary>The best split by dynamic programming; starts that can never be best again are dropped.</summary>
    static List<int> Split(RankCost cost, int count, double penalty)
    {
        double[] best = new double[count + 1];
        int[] from = new int[count + 1];
        Array.Fill(best, double.PositiveInfinity);
        best[0] = -penalty;
        List<int> starts = [0];
        double[] costs = new double[count + 1];
        for (int end = RegimeMin; end <= count; end++)
        {
            if (end >= 2 * RegimeMin)
            {
                starts.Add(end - RegimeMin);
            }

            foreach (int start in starts)
            {
                costs[start] = best[start] + cost.Of(start, end);
                if (costs[start] + penalty < best[end])
                {
                    best[end] = costs[start] + penalty;
                    from[end] = start;
                }
            }

            starts.RemoveAll(start => costs[start] > best[end]);
        }

        var splits = new List<int>();
        for (int at = from[count]; at > 0; at = from[at])
        {
            splits.Add(at);
        }

        splits.Reverse();
        return splits;
    }

    /// <summary>
    /// How many values in a row carry the news of one: from the correlation of neighbours within their regimes.
    /// </summary>
    static double Memory(double[] values, List<int> splits)
    {
        double products = 0, squares = 0;
        int start = 0;
        foreach (int end in splits.Append(values.Length))
        {
            double[] rest = Rest(values.AsSpan(start, end - start));
            double spread = rest.Sum(Math.Abs) / rest.Length;

            double before = 0;
            for (int i = 0; i < rest.Length; i++)
            {
                double value = spread > 0 ? Math.Clamp(rest[i] / (3 * spread), -1, 1) : 0;
                products += i == 0 ? 0 : before * value;
                squares += value * value;
                before = value;
            }

            start = end;
        }

        double correlation = squares > 0 ? Math.Clamp(products / squares, 0, 0.9) : 0;
        return (1 + correlation) / (1 - correlation);
    }

    /// <summary>What is left of a regime without its level, or without its line where it climbs.</summary>
    static double[] Rest(ReadOnlySpan<double> values)
    {
        double[] rest = values.ToArray();
        var line = Line(values);
        double middle = Median(values);
        for (int i = 0; i < rest.Length; i++)
        {
            rest[i] -= line.Explained > RestLineMin ? line.At(i) : middle;
        }

        return rest;
    }

    static List<ChangePoint> Told(
        ReadOnlySpan<double> values, List<int> splits, RankCost cost, double penalty, bool isTrend)
    {
        var points = new List<ChangePoint>();
        for (int i = 0; i < splits.Count; i++)
        {
            int start = i == 0 ? 0 : splits[i - 1], at = splits[i];
            int end = i + 1 < splits.Count ? splits[i + 1] : values.Length;
            double gain = (cost.Of(start, end) - cost.Of(start, at) - cost.Of(at, end)) / penalty;
            double before = Median(values[start..at]), after = Median(values[at..end]);
            points.Add(new ChangePoint(at, KindOf(values[start..at], values[at..end], isTrend), before, after, gain));
        }

        return points;
    }

    /// <summary>
    /// A climb is cut into steps, each of one distribution: steps that lie on one line are one regime.
    /// </summary>
    static List<int> WithoutStairs(ReadOnlySpan<double> values, List<int> splits)
    {
        var kept = new List<int>();
        for (int i = 0; i < splits.Count; i++)
        {
            kept.Add(splits[i]);
            int last = i;
            for (int next = i + 1; next < splits.Count; next++)
            {
                int end = next + 1 < splits.Count ? splits[next + 1] : values.Length;
                if (Explained(values[splits[i]..end]) > StairsMin)
                {
                    last = next;
                }
            }

            i = last;
        }

        return kept;
    }

    /// <summary>
    /// Level where the medians lie further apart than either regime is wide, else trend, else variance.
    /// </summary>
    static ChangeKind KindOf(ReadOnlySpan<double> before, ReadOnlySpan<double> after, bool isTrend)
    {
        double from = Median(before), to = Median(after);
        double wideBefore = Width(before, from), wideAfter = Width(after, to);
        double slope = Slope(after), slopeBefore = Slope(before);
        bool isSloped = isTrend || Math.Abs(slope) * after.Length > 3 * Math.Max(wideBefore, 1e-300);
        bool isSteeper = Explained(before) < 0.5 || Math.Abs(slope) > 2 * Math.Abs(slopeBefore);
        if (isSloped && isSteeper && Explained(after) > 0.8)
        {
            return slope > 0 ? ChangeKind.Climbs : ChangeKind.Sinks;
        }

        if (Math.Abs(to - from) > Math.Max(wideBefore, wideAfter))
        {
            return to > from ? ChangeKind.Rose : ChangeKind.Fell;
        }

        return wideAfter >= wideBefore ? ChangeKind.Rougher : ChangeKind.Calmer;
    }

    static double Slope(ReadOnlySpan<double> values) => Line(values).Slope;

    static double Explained(ReadOnlySpan<double> values) => Line(values).Explained;

    static SpanLine Line(ReadOnlySpan<double> values)
    {
        int[] spans = [.. Enumerable.Range(0, values.Length)];
        return SpanLine.Through(spans, values);
    }

    static double Width(ReadOnlySpan<double> values, double middle)
    {
        double[] distances = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            distances[i] = Math.Abs(values[i] - middle);
        }

        return Median(distances);
    }

    static double Median(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        return (sorted[(sorted.Length - 1) / 2] / 2) + (sorted[sorted.Length / 2] / 2);
    }
}

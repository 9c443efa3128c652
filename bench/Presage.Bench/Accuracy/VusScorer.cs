namespace Presage.Bench.Accuracy;

/// <summary>
/// The volume under the surface of precision and recall (Paparrizos et al., VLDB 2022) over tolerances of 0 to the
/// window and 250 score levels: threshold-free, tolerant of the exact edges of labels.
/// </summary>
static class VusScorer
{
    const int Levels = 250;

    public static double Of(double[] scores, (int First, int Last)[] events, int window)
    {
        int n = scores.Length;
        bool[] isInside = new bool[n];
        foreach (var (first, last) in events)
        {
            isInside.AsSpan(first, last - first + 1).Fill(true);
        }

        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(row => scores[row])];
        double[] thresholds = [.. Enumerable.Range(0, Levels).Select(
            i => scores[order[(int)((n - 1.0) * i / (Levels - 1))]])];
        int[] predicted = new int[Levels];
        double[] insideAmong = new double[Levels];
        for (int level = 0, count = 0, inside = 0; level < Levels; level++)
        {
            for (; count < n && scores[order[count]] >= thresholds[level]; count++)
            {
                inside += isInside[order[count]] ? 1 : 0;
            }

            predicted[level] = count;
            insideAmong[level] = inside;
        }

        double sum = 0;
        for (int w = 0; w <= window; w++)
        {
            sum += AtTolerance(scores, events, isInside, order, thresholds, predicted, insideAmong, w);
        }

        return sum / (window + 1);
    }

    static double AtTolerance(
        double[] scores, (int First, int Last)[] events, bool[] isInside, int[] order, double[] thresholds,
        int[] predicted, double[] insideAmong, int w)
    {
        double[] soft = Soften(events, isInside, w);
        var peaks = Peaks(scores, events, w / 2);
        double positives = isInside.Count(static inside => inside), area = 0, before = 0, hits = 0;
        for (int level = 0, count = 0; level < Levels; level++)
        {
            for (; count < predicted[level]; count++)
            {
                hits += soft[order[count]];
            }

            double due = ((2 * positives) + hits - insideAmong[level]) / 2;
            double found = peaks.Count(peak => peak >= thresholds[level]) / (double)peaks.Count;
            double recall = Math.Min(hits / due, 1) * found;
            area += (recall - before) * hits / predicted[level];
            before = recall;
        }

        return area;
    }

    static double[] Soften((int First, int Last)[] events, bool[] isInside, int w)
    {
        double[] soft = [.. isInside.Select(static inside => inside ? 1.0 : 0)];
        foreach (var (first, last) in events)
        {
            for (int row = last + 1; row < Math.Min(last + (w / 2) + 1, soft.Length); row++)
            {
                soft[row] = Math.Min(1, soft[row] + Math.Sqrt(1 - ((row - last) / (double)w)));
            }

            for (int row = Math.Max(first - (w / 2), 0); row < first; row++)
            {
                soft[row] = Math.Min(1, soft[row] + Math.Sqrt(1 - ((first - row) / (double)w)));
            }
        }

        return soft;
    }

    /// <summary>The highest score of each incident, widened and joined where they touch.</summary>
    static List<double> Peaks(double[] scores, (int First, int Last)[] events, int half)
    {
        var peaks = new List<double>();
        int from = Math.Max(events[0].First - half, 0);
        for (int i = 0; i < events.Length; i++)
        {
            int to = Math.Min(events[i].Last + half, scores.Length - 1);
            if (i + 1 == events.Length || events[i].Last + half < events[i + 1].First - half)
            {
                peaks.Add(scores.AsSpan(from, to - from + 1).ToArray().Max());
                from = i + 1 < events.Length ? events[i + 1].First - half : 0;
            }
        }

        return peaks;
    }
}

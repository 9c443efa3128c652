using Presage.Tests.Support;

namespace Presage.Bench.Accuracy;

/// <summary>
/// The scoring of the Numenta Anomaly Benchmark: one threshold for all series; in a labelled window only the earliest
/// detection counts, the earlier the better; 0 is no detection at all, 100 perfect. The first 15 % (at most 750 rows)
/// of a series are not scored.
/// </summary>
sealed class NabScorer
{
    /// <summary>Weights of a missed window and of a false detection, per profile.</summary>
    public static readonly (string Name, double Missed, double False)[] Profiles =
        [("standard", 1, 0.11), ("low FP", 1, 0.22), ("low FN", 2, 0.11)];

    static readonly double Left = Sigmoid(-1);

    readonly string[] _categories;
    readonly int[] _windows;
    readonly List<(double Score, double Delta)>[,] _deltas;
    readonly double[,] _starts;

    public NabScorer(LabelledSeries[] series, double[][] scores)
    {
        _categories = [.. series.Select(static one => one.Category)];
        _windows = [.. series.Select(static one => one.Events.Length)];
        _deltas = new List<(double, double)>[Profiles.Length, series.Length];
        _starts = new double[Profiles.Length, series.Length];
        for (int p = 0; p < Profiles.Length; p++)
        {
            for (int i = 0; i < series.Length; i++)
            {
                (_deltas[p, i], _starts[p, i]) = Deltas(series[i], scores[i], Profiles[p].Missed, Profiles[p].False);
            }
        }
    }

    /// <summary>Threshold from all series, used on all.</summary>
    public double[] OnAll()
    {
        int[] all = [.. Enumerable.Range(0, _windows.Length)];
        return Each(p => Normalised(p, all, Best(p, all)));
    }

    /// <summary>Threshold from a random half of the series, used on the other; the mean of many draws.</summary>
    public double[] OnOtherHalf(int draws)
    {
        double[] sums = new double[Profiles.Length];
        var random = new SeededGenerator(5);
        int[] order = [.. Enumerable.Range(0, _windows.Length)];
        for (int draw = 0; draw < draws; draw++)
        {
            order = [.. order.OrderBy(_ => random.Bits())];
            int[] one = order[..(order.Length / 2)], other = order[(order.Length / 2)..];
            for (int p = 0; p < Profiles.Length; p++)
            {
                sums[p] += Normalised(p, other, Best(p, one)) + Normalised(p, one, Best(p, other));
            }
        }

        return [.. sums.Select(sum => sum / (2 * draws))];
    }

    /// <summary>Threshold from all other categories, used on the one left out; all categories added up.</summary>
    public double[] OnLeftOut()
    {
        int[] all = [.. Enumerable.Range(0, _windows.Length)];
        return Each(p => Normalised(p, all, _categories.Distinct().Sum(category =>
        {
            int[] inside = [.. all.Where(i => _categories[i] == category)];
            int[] others = [.. all.Except(inside)];
            double threshold = Best(p, others);
            return inside.Sum(i => Raw(p, i, threshold));
        }), isRaw: true));
    }

    static double[] Each(Func<int, double> of) => [.. Enumerable.Range(0, Profiles.Length).Select(of)];

    double Normalised(int p, int[] series, double value, bool isRaw = false)
    {
        double raw = isRaw ? value : series.Sum(i => Raw(p, i, value));
        double windows = series.Sum(i => _windows[i]), none = -Profiles[p].Missed * windows;
        return 100 * (raw - none) / (windows - none);
    }

    double Raw(int p, int i, double threshold) =>
        _starts[p, i] + _deltas[p, i].Where(one => one.Score >= threshold).Sum(static one => one.Delta);

    double Best(int p, int[] series)
    {
        var all = series.SelectMany(i => _deltas[p, i]).OrderByDescending(static one => one.Score).ToList();
        double best = 0, threshold = double.MaxValue, sum = 0;
        for (int i = 0; i < all.Count; i++)
        {
            sum += all[i].Delta;
            if (sum > best && (i + 1 == all.Count || all[i + 1].Score < all[i].Score))
            {
                (best, threshold) = (sum, all[i].Score);
            }
        }

        return threshold;
    }

    /// <summary>What each scored row adds when the threshold falls to its score, and the total without any.</summary>
    static (List<(double Score, double Delta)> Deltas, double Start) Deltas(
        LabelledSeries series, double[] scores, double missed, double wrong)
    {
        int probation = (int)Math.Min(Math.Floor(0.15 * series.Rows), 750), window = 0;
        double start = 0, right = double.NaN, width = double.NaN;
        var deltas = new List<(double, double)>();
        for (int row = 0; row < series.Rows; row++)
        {
            var (first, last) = window < series.Events.Length ? series.Events[window] : (int.MaxValue, int.MaxValue);
            if (row < first)
            {
                double unit = double.IsNaN(right) ? -1 : Sigmoid((row - right) / (width - 1));
                if (row >= probation)
                {
                    deltas.Add((scores[row], unit * wrong));
                }

                continue;
            }

            width = last - first + 1;
            (right, row) = (last, last);
            window++;
            int from = Math.Max(first, probation);
            if (from <= last)
            {
                start -= missed;
                AddWindow(deltas, scores, from, last, width, missed);
            }
        }

        return (deltas, start);
    }

    static void AddWindow(
        List<(double Score, double Delta)> deltas, double[] scores, int from, int last, double width, double missed)
    {
        double best = -missed;
        foreach (int row in Enumerable.Range(from, last - from + 1).OrderByDescending(row => scores[row]))
        {
            double worth = Sigmoid(-(last - row + 1) / width) / Left;
            deltas.Add((scores[row], Math.Max(0, worth - best)));
            best = Math.Max(best, worth);
        }
    }

    static double Sigmoid(double y) => y > 3 ? -1 : (2 / (1 + Math.Exp(5 * y))) - 1;
}

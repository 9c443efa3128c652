using Presage.Tests.Support;

namespace Presage.Bench.Accuracy;

/// <summary>
/// An isolation forest (Liu et al. 2008; 100 trees of 256 rows): on a host's history; of a series without one on the
/// last eight values, planted again whenever a quarter more is known.
/// </summary>
sealed class ForestScorer(int metrics, ulong seed) : IRowScorer
{
    const int Trees = 100;
    const int Sample = 256;
    const int Lags = 8;

    readonly int _d = metrics == 1 ? Lags : metrics;
    readonly List<double> _rows = [];
    readonly SeededGenerator _random = new(seed);
    readonly double[] _recent = new double[metrics == 1 ? Lags : metrics];
    Node[] _trees = [];
    int _planted;

    public void Learn(ReadOnlySpan<double> history)
    {
        if (metrics == 1 || history.IsEmpty)
        {
            foreach (double value in history)
            {
                Score([value], 0);
            }

            return;
        }

        _rows.AddRange(history);
        Plant();
    }

    public double Score(ReadOnlySpan<double> row, double seconds)
    {
        if (metrics > 1)
        {
            return Judge(row);
        }

        Array.Copy(_recent, 0, _recent, 1, Lags - 1);
        _recent[0] = row[0];
        double score = _trees.Length == 0 ? 0 : Judge(_recent);
        _rows.AddRange(_recent);
        int known = _rows.Count / _d;
        if (known >= Sample && known >= _planted * 1.25)
        {
            Plant();
        }

        return score;
    }

    double Judge(ReadOnlySpan<double> row)
    {
        double depth = 0;
        foreach (var tree in _trees)
        {
            depth += tree.Depth(row) / Trees;
        }

        return Math.Pow(2, -depth / Usual(Sample));
    }

    void Plant()
    {
        _planted = _rows.Count / _d;
        _trees = [.. Enumerable.Range(0, Trees).Select(_ => Grow(
            [.. Enumerable.Range(0, Sample).Select(_ => (int)(_random.Uniform() * _planted))], 0))];
    }

    Node Grow(int[] rows, int depth)
    {
        int metric = (int)(_random.Uniform() * _d);
        double low = double.MaxValue, high = double.MinValue;
        foreach (int row in rows)
        {
            low = Math.Min(low, _rows[(row * _d) + metric]);
            high = Math.Max(high, _rows[(row * _d) + metric]);
        }

        if (rows.Length <= 1 || depth >= 8 || !(high > low))
        {
            return new Node(0, 0, null, null, depth + Usual(rows.Length));
        }

        double at = low + (_random.Uniform() * (high - low));
        return new Node(
            metric,
            at,
            Grow([.. rows.Where(row => _rows[(row * _d) + metric] < at)], depth + 1),
            Grow([.. rows.Where(row => _rows[(row * _d) + metric] >= at)], depth + 1),
            0);
    }

    /// <summary>Depth at which a random row of so many would be alone.</summary>
    static double Usual(int rows) => rows <= 1 ? 0 : (2 * (Math.Log(rows - 1) + 0.5772)) - (2.0 * (rows - 1) / rows);

    sealed record Node(int Metric, double At, Node? Below, Node? Above, double End)
    {
        public double Depth(ReadOnlySpan<double> row)
        {
            var node = this;
            while (node.Below is not null)
            {
                node = row[node.Metric] < node.At ? node.Below : node.Above!;
            }

            return node.End;
        }
    }
}

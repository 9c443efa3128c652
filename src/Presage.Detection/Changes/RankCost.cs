namespace Presage.Detection;

/// <summary>
/// The cost of taking a stretch of a series for one distribution: minus twice the likelihood of its empirical
/// distribution at a few quantiles of all values, the outer ones as close as the middle ones (Haynes et al. 2017,
/// section 3). Sums are kept, so a stretch of any length costs a few operations for each quantile.
/// </summary>
sealed class RankCost
{
    /// <summary>x log x of half the index: all that shares of a stretch come to.</summary>
    static readonly double[] HalvesTimesLog =
    [
        0,
        .. Enumerable.Range(1, 2 * ChangePoints.ValuesMax).Select(static twice => 0.5 * twice * Math.Log(0.5 * twice)),
    ];

    readonly int _count;
    readonly int _quantiles;

    /// <summary>Twice the values not above each quantile up to each place: ties count once.</summary>
    readonly int[] _below;

    public RankCost(double[] values)
    {
        _count = values.Length;
        _quantiles = Math.Min(_count, (int)Math.Ceiling(4 * Math.Log(_count)));
        _below = new int[_quantiles * (_count + 1)];
        double[] sorted = [.. values];
        Array.Sort(sorted);
        double c = -Math.Log((2 * _count) - 1);
        for (int k = 0; k < _quantiles; k++)
        {
            double p = 1 / (1 + Math.Exp(c * (((2.0 * k) + 1) / _quantiles - 1)));
            double quantile = sorted[Math.Clamp((int)((_count - 1) * p), 0, _count - 1)];
            int sum = 0;
            for (int i = 0; i < _count; i++)
            {
                sum += values[i] < quantile ? 2 : values[i] == quantile ? 1 : 0;
                _below[((i + 1) * _quantiles) + k] = sum;
            }
        }
    }

    /// <summary>The cost of the stretch from a place up to, not including, another.</summary>
    public double Of(int start, int end)
    {
        // With c of n values below a quantile, p = c / n, n (p log p + (1 - p) log (1 - p)) is
        // c log c + (n - c) log (n - c) - n log n.
        int twice = 2 * (end - start);
        var table = HalvesTimesLog.AsSpan(0, twice + 1);
        var first = _below.AsSpan(start * _quantiles, _quantiles);
        var last = _below.AsSpan(end * _quantiles, _quantiles);
        double sum = -_quantiles * table[^1];
        for (int k = 0; k < first.Length; k++)
        {
            int below = last[k] - first[k];
            sum += table[below] + table[twice - below];
        }

        return -2 * Math.Log((2 * _count) - 1) / _quantiles * sum;
    }
}

namespace Presage.Bench.Accuracy;

/// <summary>
/// The windowed Gaussian of the Numenta benchmark: how improbable is a value under the normal distribution of the last
/// 6,400 samples? Of a host: the mean logarithm over its metrics.
/// </summary>
sealed class GaussianScorer(int metrics) : IRowScorer
{
    const int Window = 6_400;

    /// <summary>Moments are summed anew this often, so that rounding does not pile up.</summary>
    const int SummedEvery = 100;

    /// <summary>Beyond, one minus the tail is 1 in double precision: the original does not tell such values apart.
    /// </summary>
    const double ZMax = 8.3;

    readonly double[] _ring = new double[Window * metrics];
    readonly double[] _sums = new double[metrics];
    readonly double[] _squares = new double[metrics];
    long _rows;

    public void Learn(ReadOnlySpan<double> history)
    {
        for (int at = 0; at < history.Length; at += metrics)
        {
            Score(history.Slice(at, metrics), 0);
        }
    }

    public double Score(ReadOnlySpan<double> row, double seconds)
    {
        int known = (int)Math.Min(_rows, Window);
        double score = 0;
        for (int j = 0; j < metrics && known > 1; j++)
        {
            double mean = _sums[j] / known;
            double deviation = Math.Sqrt(Math.Max(0, (_squares[j] / known) - (mean * mean)));
            double z = Math.Abs(row[j] - mean) / (deviation + 1e-6);
            score += MinusLogTail(Math.Min(z, ZMax)) / metrics;
        }

        row.CopyTo(_ring.AsSpan((int)(_rows % Window) * metrics, metrics));
        _rows++;
        if (_rows % SummedEvery == 0 || _rows < SummedEvery)
        {
            Sum();
        }

        return score;
    }

    void Sum()
    {
        Array.Clear(_sums);
        Array.Clear(_squares);
        for (int at = 0; at < Math.Min(_rows, Window) * metrics; at++)
        {
            _sums[at % metrics] += _ring[at];
            _squares[at % metrics] += _ring[at] * _ring[at];
        }
    }

    /// <summary>Minus the logarithm of the two-sided tail of a normal distribution (Mills' ratio, bounded).</summary>
    static double MinusLogTail(double z) => (z * z / 2) + Math.Log(1 + (1.2533 * z));
}

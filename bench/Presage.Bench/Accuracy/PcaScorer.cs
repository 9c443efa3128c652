using Presage.Tests.Support;

namespace Presage.Bench.Accuracy;

/// <summary>
/// Online principal components: rows scaled by running mean and deviation, a covariance that goes on growing, three
/// components followed by orthogonal iteration; the score is the norm of what they do not explain. Of a series: the
/// same over its last eight values.
/// </summary>
sealed class PcaScorer : IRowScorer
{
    const int Components = 3;
    const int Lags = 8;
    const int TurnEvery = 32;
    const double Clip = 10;

    readonly int _metrics;
    readonly int _d;
    readonly double[] _recent;
    readonly double[] _z;
    readonly double[] _mean;
    readonly double[] _square;
    readonly double[] _covariance;
    readonly double[][] _directions;
    long _rows;

    public PcaScorer(int metrics)
    {
        _metrics = metrics;
        _d = metrics == 1 ? Lags : metrics;
        _recent = new double[_d];
        _z = new double[_d];
        _mean = new double[_d];
        _square = new double[_d];
        _covariance = new double[_d * _d];
        var random = new SeededGenerator(3);
        _directions = [.. Enumerable.Range(0, Components).Select(
            _ => Enumerable.Range(0, _d).Select(_ => random.Uniform() - 0.5).ToArray())];
    }

    public void Learn(ReadOnlySpan<double> history)
    {
        for (int at = 0; at < history.Length; at += _metrics)
        {
            Score(history.Slice(at, _metrics), 0);
        }
    }

    public double Score(ReadOnlySpan<double> row, double seconds)
    {
        if (_metrics == 1)
        {
            Array.Copy(_recent, 0, _recent, 1, Lags - 1);
        }

        row.CopyTo(_recent);
        double weight = 1.0 / (_rows + 1);
        for (int j = 0; j < _d; j++)
        {
            double off = _recent[j] - _mean[j];
            double deviation = Math.Sqrt(_square[j]);
            _z[j] = deviation > 0 ? Math.Clamp(off / deviation, -Clip, Clip) : off == 0 || _rows == 0 ? 0 : Clip;
            _mean[j] += weight * off;
            _square[j] += weight * ((off * (_recent[j] - _mean[j])) - _square[j]);
        }

        double score = Residual();
        for (int i = 0; i < _d; i++)
        {
            for (int j = 0; j < _d; j++)
            {
                _covariance[(i * _d) + j] += weight * ((_z[i] * _z[j]) - _covariance[(i * _d) + j]);
            }
        }

        if (++_rows % TurnEvery == 0)
        {
            Turn();
        }

        return score;
    }

    double Residual()
    {
        double sum = 0;
        foreach (double z in _z)
        {
            sum += z * z;
        }

        foreach (double[] direction in _directions)
        {
            double part = Dot(direction, _z);
            sum -= part * part;
        }

        return _rows < TurnEvery ? 0 : Math.Sqrt(Math.Max(0, sum) / _d);
    }

    void Turn()
    {
        for (int c = 0; c < Components; c++)
        {
            double[] turned = [.. Enumerable.Range(0, _d).Select(
                i => Dot(_covariance.AsSpan(i * _d, _d), _directions[c]))];
            foreach (double[] before in _directions.AsSpan(0, c))
            {
                double part = Dot(before, turned);
                for (int j = 0; j < _d; j++)
                {
                    turned[j] -= part * before[j];
                }
            }

            double length = Math.Sqrt(Dot(turned, turned));
            if (length > 1e-12)
            {
                _directions[c] = [.. turned.Select(part => part / length)];
            }
        }
    }

    static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int j = 0; j < a.Length; j++)
        {
            sum += a[j] * b[j];
        }

        return sum;
    }
}

using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query.Histograms;

/// <summary>
/// The sum or the mean of native histograms. A mean is the sum divided at the end, or, once the sum would overflow, a
/// running mean.
/// </summary>
sealed class HistogramMean(bool mean)
{
    HistogramSum? _sum;
    int _count;
    bool _running;
    bool _mixed;
    bool _resetSeen;
    bool _notResetSeen;
    bool _reconciled;

    public void Add(NativeHistogram histogram)
    {
        _resetSeen |= histogram.Hint == CounterResetHint.Reset;
        _notResetSeen |= histogram.Hint == CounterResetHint.NotReset;
        _count++;
        if (_mixed)
        {
            return;
        }

        if (_sum is null)
        {
            _sum = new HistogramSum(histogram);
            return;
        }

        if (mean && !_running)
        {
            var next = _sum.Copy();
            _mixed = !next.Add(histogram);
            if (_mixed || !next.Overflows)
            {
                _reconciled |= next.BoundsReconciled;
                _sum = next;
                return;
            }

            _running = true;
            _sum.Scale(_count - 1, divide: true);
        }

        if (_running)
        {
            _sum.Scale((_count - 1.0) / _count, divide: false);
            histogram = HistogramArithmetic.Divide(histogram, _count);
        }

        _mixed = !_sum.Add(histogram);
        _reconciled |= _sum.BoundsReconciled;
    }

    /// <summary>The result; null, with a warning, where the histograms do not fit each other.</summary>
    public NativeHistogram? Finish(QueryRun run, string metric, TextSpan at)
    {
        if (_mixed)
        {
            HistogramRemarks.MixedSchemas(run, metric, at);
            return null;
        }

        if (_resetSeen && _notResetSeen)
        {
            HistogramRemarks.HintsCollided(run, "aggregation", at);
        }

        if (_reconciled)
        {
            HistogramRemarks.BoundsReconciled(run, "aggregation", at);
        }

        if (mean && !_running)
        {
            _sum!.Scale(_count, divide: true);
        }

        return _sum!.ToHistogram();
    }
}

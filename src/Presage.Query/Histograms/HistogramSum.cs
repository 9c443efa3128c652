using Presage.Metrics;
using Presage.Query.Evaluation;

namespace Presage.Query.Histograms;

/// <summary>
/// Native histograms while they are added up or subtracted, with compensated sums. Different layouts are reconciled:
/// the coarser schema, the wider zero bucket, the custom bounds that both have.
/// </summary>
sealed class HistogramSum
{
    CounterResetHint _hint;
    int _schema;
    double _zeroThreshold;
    double _zeroCount, _zeroRest;
    double _count, _countRest;
    double _sum, _sumRest;
    BucketColumn _positive;
    BucketColumn _negative;
    IReadOnlyList<double> _bounds;

    public HistogramSum(NativeHistogram first)
    {
        _hint = first.Hint;
        _schema = first.Schema;
        _zeroThreshold = first.ZeroThreshold;
        _zeroCount = first.ZeroCount;
        _count = first.Count;
        _sum = first.Sum;
        _positive = BucketColumn.Of(first.Positive);
        _negative = BucketColumn.Of(first.Negative);
        _bounds = first.CustomBounds;
    }

    HistogramSum(HistogramSum other)
    {
        _hint = other._hint;
        _schema = other._schema;
        _zeroThreshold = other._zeroThreshold;
        (_zeroCount, _zeroRest) = (other._zeroCount, other._zeroRest);
        (_count, _countRest) = (other._count, other._countRest);
        (_sum, _sumRest) = (other._sum, other._sumRest);
        _positive = other._positive.Copy();
        _negative = other._negative.Copy();
        _bounds = other._bounds;
    }

    /// <summary>Whether custom bounds differed and were reduced to the common ones.</summary>
    public bool BoundsReconciled { get; private set; }

    /// <summary>Whether a sample after a reset met one that is surely none.</summary>
    public bool HintsCollided { get; private set; }

    public bool Overflows => double.IsInfinity(_count) || double.IsInfinity(_sum) || double.IsInfinity(_zeroCount)
        || _positive.Overflows || _negative.Overflows;

    public bool IsCustom => _schema == NativeHistogram.CustomSchema;

    public HistogramSum Copy() => new(this);

    /// <summary>Adds, or with a factor of -1 subtracts; false when exponential and custom buckets meet.</summary>
    public bool Add(NativeHistogram other, double factor = 1)
    {
        if (other.IsCustom != IsCustom)
        {
            return false;
        }

        JoinHints(other.Hint);
        if (IsCustom)
        {
            AddCustom(other, factor);
        }
        else
        {
            AddExponential(other, factor);
        }

        Kahan.Add(other.Count * factor, ref _count, ref _countRest);
        Kahan.Add(other.Sum * factor, ref _sum, ref _sumRest);
        return true;
    }

    public void Scale(double factor, bool divide)
    {
        _zeroCount = Scaled(_zeroCount, factor, divide);
        _zeroRest = Scaled(_zeroRest, factor, divide);
        _count = Scaled(_count, factor, divide);
        _countRest = Scaled(_countRest, factor, divide);
        _sum = Scaled(_sum, factor, divide);
        _sumRest = Scaled(_sumRest, factor, divide);
        _positive.Scale(factor, divide);
        _negative.Scale(factor, divide);
    }

    public NativeHistogram ToHistogram() => new()
    {
        Hint = _hint,
        Schema = _schema,
        ZeroThreshold = _zeroThreshold,
        ZeroCount = Whole(_zeroCount, _zeroRest),
        Count = Whole(_count, _countRest),
        Sum = Whole(_sum, _sumRest),
        Positive = _positive.ToBuckets(),
        Negative = _negative.ToBuckets(),
        CustomBounds = _bounds,
    };

    static double Whole(double value, double rest) => double.IsInfinity(value) ? value : value + rest;

    static double Scaled(double value, double factor, bool divide) => divide ? value / factor : value * factor;

    void JoinHints(CounterResetHint other)
    {
        if (other == _hint || _hint == CounterResetHint.Gauge)
        {
            return;
        }

        if (other == CounterResetHint.Gauge)
        {
            _hint = CounterResetHint.Gauge;
            return;
        }

        HintsCollided |= _hint != CounterResetHint.Unknown && other != CounterResetHint.Unknown;
        _hint = CounterResetHint.Unknown;
    }

    void AddCustom(NativeHistogram other, double factor)
    {
        if (_bounds.SequenceEqual(other.CustomBounds))
        {
            for (int i = 0; i < other.Positive.Length; i++)
            {
                _positive.Add(other.Positive.Indexes[i], other.Positive.Counts[i] * factor);
            }

            return;
        }

        BoundsReconciled = true;
        double[] common = HistogramLayout.CommonBounds(_bounds, other.CustomBounds);
        var mine = _bounds;
        _positive = _positive.Remapped(index => HistogramLayout.IndexIn(common, mine, index));
        _bounds = common;
        for (int i = 0; i < other.Positive.Length; i++)
        {
            int index = HistogramLayout.IndexIn(common, other.CustomBounds, other.Positive.Indexes[i]);
            _positive.Add(index, other.Positive.Counts[i] * factor);
        }
    }

    void AddExponential(NativeHistogram other, double factor)
    {
        double otherZero = other.ZeroCount, otherThreshold = other.ZeroThreshold;
        while (otherThreshold != _zeroThreshold)
        {
            if (_zeroThreshold > otherThreshold)
            {
                (otherZero, otherThreshold) = HistogramLayout.ZeroCountAt(other, _zeroThreshold);
            }

            if (otherThreshold > _zeroThreshold)
            {
                WidenZero(otherThreshold);
            }
        }

        if (other.Schema < _schema)
        {
            int steps = _schema - other.Schema;
            _positive = _positive.Remapped(index => HistogramLayout.Coarser(index, steps));
            _negative = _negative.Remapped(index => HistogramLayout.Coarser(index, steps));
            _schema = other.Schema;
        }

        Kahan.Add(otherZero * factor, ref _zeroCount, ref _zeroRest);
        AddSide(_positive, other, other.Positive, factor);
        AddSide(_negative, other, other.Negative, factor);
    }

    void AddSide(BucketColumn into, NativeHistogram other, HistogramBuckets side, double factor)
    {
        for (int i = 0; i < side.Length; i++)
        {
            if (_zeroThreshold == 0 || HistogramBucket.BoundOf(other, side.Indexes[i]) > _zeroThreshold)
            {
                into.Add(HistogramLayout.Coarser(side.Indexes[i], other.Schema - _schema), side.Counts[i] * factor);
            }
        }
    }

    /// <summary>Takes the buckets near zero into the zero bucket.</summary>
    void WidenZero(double threshold)
    {
        var (_, reached) = HistogramLayout.ZeroCountAt(ToHistogram(), threshold);
        Absorb(_positive, reached);
        Absorb(_negative, reached);
        _zeroThreshold = reached;
    }

    void Absorb(BucketColumn side, double threshold)
    {
        int absorbed = 0;
        while (absorbed < side.Length && HistogramBucket.BoundOf(_schema, side.IndexAt(absorbed)) <= threshold)
        {
            Kahan.Add(side.CountAt(absorbed++), ref _zeroCount, ref _zeroRest);
        }

        side.RemoveFirst(absorbed);
    }
}

// Hot path: one virtual call per series, then a loop over its steps without calls.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>The running aggregate of one group: a value per step.</summary>
abstract class Accumulator
{
    public abstract void Add(double[] values);

    /// <summary>The aggregate, in a column that belongs to the caller; absent at steps nothing was added to.</summary>
    public abstract double[] Finish();

    public static Accumulator Create(Aggregator aggregator, Frame frame) => aggregator switch
    {
        Aggregator.Sum => new SumAccumulator(frame, mean: false),
        Aggregator.Avg => new SumAccumulator(frame, mean: true),
        Aggregator.Min => new BoundAccumulator(frame, least: true),
        Aggregator.Max => new BoundAccumulator(frame, least: false),
        Aggregator.Count => new CountAccumulator(frame, group: false),
        Aggregator.Group => new CountAccumulator(frame, group: true),
        Aggregator.Stddev => new SpreadAccumulator(frame, root: true),
        Aggregator.Stdvar => new SpreadAccumulator(frame, root: false),
        _ => throw new UnreachableException(),
    };
}

sealed class SumAccumulator(Frame frame, bool mean) : Accumulator
{
    readonly double[] _sums = frame.RentAbsent();
    readonly double[] _rests = frame.Rent();
    readonly double[]? _counts = mean ? frame.Rent() : null;

    /// <summary>Steps whose sum overflowed, carried on as a running mean.</summary>
    bool[]? _running;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(double[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            if (Point.IsAbsent(value))
            {
                continue;
            }

            if (Point.IsAbsent(_sums[i]))
            {
                _sums[i] = value;
                _rests[i] = 0;
                if (_counts is not null)
                {
                    _counts[i] = 1;
                }
            }
            else if (_counts is null)
            {
                Kahan.Add(value, ref _sums[i], ref _rests[i]);
            }
            else
            {
                AddToMean(value, i, ++_counts[i]);
            }
        }
    }

    public override double[] Finish()
    {
        for (int i = 0; i < _sums.Length; i++)
        {
            if (Point.IsAbsent(_sums[i]))
            {
                continue;
            }

            double count = _counts is null || _running?[i] == true ? 1 : _counts[i];
            _sums[i] = (_sums[i] / count) + (_rests[i] / count);
        }

        frame.Return(_rests);
        if (_counts is not null)
        {
            frame.Return(_counts);
        }

        return _sums;
    }

    void AddToMean(double value, int i, double count)
    {
        if (_running?[i] != true)
        {
            double sum = _sums[i], rest = _rests[i];
            Kahan.Add(value, ref sum, ref rest);
            if (!double.IsInfinity(sum))
            {
                (_sums[i], _rests[i]) = (sum, rest);
                return;
            }

            _running ??= new bool[_sums.Length];
            _running[i] = true;
            _sums[i] /= count - 1;
            _rests[i] /= count - 1;
        }

        double share = (count - 1) / count;
        _sums[i] *= share;
        _rests[i] *= share;
        Kahan.Add(value / count, ref _sums[i], ref _rests[i]);
    }
}

sealed class BoundAccumulator(Frame frame, bool least) : Accumulator
{
    readonly double[] _bounds = frame.RentAbsent();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(double[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i], bound = _bounds[i];

            // NaN (of which absent is one) gives way to any number.
            if (!Point.IsAbsent(value) && (double.IsNaN(bound) || (least ? value < bound : value > bound)))
            {
                _bounds[i] = value;
            }
        }
    }

    public override double[] Finish() => _bounds;
}

sealed class CountAccumulator(Frame frame, bool group) : Accumulator
{
    readonly double[] _counts = frame.RentAbsent();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(double[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!Point.IsAbsent(values[i]))
            {
                _counts[i] = Point.IsAbsent(_counts[i]) || group ? 1 : _counts[i] + 1;
            }
        }
    }

    public override double[] Finish() => _counts;
}

/// <summary>Variance by Welford's method (1962).</summary>
sealed class SpreadAccumulator(Frame frame, bool root) : Accumulator
{
    readonly double[] _squares = frame.RentAbsent();
    readonly double[] _means = frame.Rent();
    readonly double[] _counts = frame.Rent();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(double[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            if (Point.IsAbsent(value))
            {
                continue;
            }

            if (Point.IsAbsent(_squares[i]))
            {
                (_squares[i], _means[i], _counts[i]) = (double.IsFinite(value) ? 0 : double.NaN, value, 1);
                continue;
            }

            double delta = value - _means[i];
            _means[i] += delta / ++_counts[i];
            _squares[i] += delta * (value - _means[i]);
        }
    }

    public override double[] Finish()
    {
        for (int i = 0; i < _squares.Length; i++)
        {
            if (!Point.IsAbsent(_squares[i]))
            {
                double variance = _squares[i] / _counts[i];
                _squares[i] = root ? Math.Sqrt(variance) : variance;
            }
        }

        frame.Return(_means);
        frame.Return(_counts);
        return _squares;
    }
}

using System.Runtime.InteropServices;
using Presage.Metrics;
using Presage.Query.Evaluation;

namespace Presage.Query.Histograms;

/// <summary>The buckets of one side while they are added up, with the compensation of each.</summary>
sealed class BucketColumn
{
    readonly List<int> _indexes = [];
    readonly List<double> _counts = [];
    readonly List<double> _rests = [];

    public static BucketColumn Of(HistogramBuckets buckets)
    {
        var column = new BucketColumn();
        for (int i = 0; i < buckets.Length; i++)
        {
            column.Add(buckets.Indexes[i], buckets.Counts[i]);
        }

        return column;
    }

    public int Length => _indexes.Count;

    public int IndexAt(int at) => _indexes[at];

    public double CountAt(int at) => _counts[at];

    public bool Overflows => _counts.Exists(double.IsInfinity);

    public void Add(int index, double count)
    {
        int at = _indexes.BinarySearch(index);
        if (at < 0)
        {
            at = ~at;
            _indexes.Insert(at, index);
            _counts.Insert(at, count);
            _rests.Insert(at, 0);
            return;
        }

        var counts = CollectionsMarshal.AsSpan(_counts);
        var rests = CollectionsMarshal.AsSpan(_rests);
        Kahan.Add(count, ref counts[at], ref rests[at]);
    }

    public void Scale(double factor, bool divide)
    {
        for (int i = 0; i < _counts.Count; i++)
        {
            _counts[i] = divide ? _counts[i] / factor : _counts[i] * factor;
            _rests[i] = divide ? _rests[i] / factor : _rests[i] * factor;
        }
    }

    /// <summary>The same counts under other indexes; where two become one, they are added.</summary>
    public BucketColumn Remapped(Func<int, int> map)
    {
        var result = new BucketColumn();
        for (int i = 0; i < _indexes.Count; i++)
        {
            int index = map(_indexes[i]);
            result.Add(index, _counts[i]);
            int at = result._indexes.BinarySearch(index);
            result._rests[at] += _rests[i];
        }

        return result;
    }

    /// <summary>Takes away the first buckets.</summary>
    public void RemoveFirst(int buckets)
    {
        _indexes.RemoveRange(0, buckets);
        _counts.RemoveRange(0, buckets);
        _rests.RemoveRange(0, buckets);
    }

    public HistogramBuckets ToBuckets()
    {
        double[] sums = new double[_counts.Count];
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = _counts[i] + (double.IsInfinity(_counts[i]) ? 0 : _rests[i]);
        }

        return HistogramBuckets.Of(CollectionsMarshal.AsSpan(_indexes), sums);
    }

    public BucketColumn Copy() => Remapped(static index => index);
}

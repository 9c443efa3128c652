namespace Presage.Metrics;

/// <summary>
/// Growing columns of one series' buckets, reused from series to series. The columns are told at
/// <see cref="RollupBucket"/>.
/// </summary>
public sealed class RollupColumns
{
    RollupBucket[] _buckets = new RollupBucket[64];

    public int Count { get; private set; }

    /// <summary>The buckets, ascending.</summary>
    public ReadOnlySpan<RollupBucket> Buckets => _buckets.AsSpan(0, Count);

    /// <summary>The same, to be changed in place by whoever fills the columns.</summary>
    public Span<RollupBucket> Editable => _buckets.AsSpan(0, Count);

    public void Add(in RollupBucket bucket)
    {
        if (Count == _buckets.Length)
        {
            Array.Resize(ref _buckets, Count * 2);
        }

        _buckets[Count++] = bucket;
    }

    /// <summary>Cuts the columns to the given length.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    /// <summary>Takes out buckets by place.</summary>
    public void RemoveRange(int from, int count)
    {
        Array.Copy(_buckets, from + count, _buckets, from, Count - from - count);
        Count -= count;
    }

    public void Clear() => Count = 0;
}

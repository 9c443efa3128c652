using Presage.Metrics;

namespace Presage.Storage;

/// <summary>A batch on its way through the store, with what became of its samples so far.</summary>
sealed class PendingAppend
{
    int[] _ids = new int[64];
    long[] _lastMs = new long[64];
    byte[] _shards = new byte[64];
    int[] _order = new int[64];
    readonly int[] _partEnds = new int[Head.ShardCount];

    public required SampleBatch Batch { get; set; }

    /// <summary>Completed when the batch was appended; null where the caller runs the turn itself.</summary>
    public TaskCompletionSource<AppendOutcome>? Completion { get; init; }

    /// <summary>The head's number of each series of the batch; -1 where all of its samples are refused.</summary>
    public Span<int> Ids => _ids.AsSpan(0, Batch.SeriesCount);

    /// <summary>
    /// The newest sample each series had when the journal was written: by it out of order is decided.
    /// </summary>
    public Span<long> LastMs => _lastMs.AsSpan(0, Batch.SeriesCount);

    /// <summary>The number of the shard of each series; meaningless where the id is -1.</summary>
    public Span<byte> Shards => _shards.AsSpan(0, Batch.SeriesCount);

    /// <summary>The series of one shard, in the order of the batch; after <see cref="SortByShard"/>.</summary>
    public ReadOnlySpan<int> PartOf(int shard)
    {
        int start = shard == 0 ? 0 : _partEnds[shard - 1];
        return _order.AsSpan(start, _partEnds[shard] - start);
    }

    /// <summary>Sorts the series that have an id by their shard: one pass to count, one to place.</summary>
    public void SortByShard()
    {
        var ids = Ids;
        var shards = Shards;
        Span<int> next = stackalloc int[Head.ShardCount + 1];
        next.Clear();
        for (int i = 0; i < ids.Length; i++)
        {
            next[shards[i] + 1] += ids[i] >= 0 ? 1 : 0;
        }

        for (int shard = 0; shard < Head.ShardCount; shard++)
        {
            next[shard + 1] += next[shard];
            _partEnds[shard] = next[shard + 1];
        }

        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i] >= 0)
            {
                _order[next[shards[i]]++] = i;
            }
        }
    }

    public int Accepted { get; set; }

    /// <summary>Those of the accepted that are older than the newest of their series.</summary>
    public int Late { get; set; }

    public int Duplicate { get; set; }

    public int OutOfOrder { get; set; }

    public int TooOld { get; set; }

    public int TooFarInFuture { get; set; }

    public int Conflicting { get; set; }

    public int OverSeriesLimit { get; set; }

    public int LabelsTooLong { get; set; }

    public string? FirstRefusal { get; set; }

    public AppendOutcome Outcome => new()
    {
        Accepted = Accepted,
        Late = Late,
        Duplicate = Duplicate,
        OutOfOrder = OutOfOrder,
        TooOld = TooOld,
        TooFarInFuture = TooFarInFuture,
        Conflicting = Conflicting,
        OverSeriesLimit = OverSeriesLimit,
        LabelsTooLong = LabelsTooLong,
        FirstRefusal = FirstRefusal,
    };

    /// <summary>Begins anew for the batch set.</summary>
    public void Begin()
    {
        if (_ids.Length < Batch.SeriesCount)
        {
            _ids = new int[Batch.SeriesCount + (Batch.SeriesCount >> 1)];
            _lastMs = new long[_ids.Length];
            _shards = new byte[_ids.Length];
            _order = new int[_ids.Length];
        }

        Accepted = Late = Duplicate = Conflicting = 0;
        OutOfOrder = TooOld = TooFarInFuture = OverSeriesLimit = LabelsTooLong = 0;
        FirstRefusal = null;
    }
}

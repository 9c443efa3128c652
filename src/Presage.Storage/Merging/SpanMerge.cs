using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Joins the blocks of a span into one (or a few, where one would be too large), series by series and page by page: in
/// memory are a page of each block and the samples of one series. Samples of one timestamp are joined, deleted ones
/// dropped, roll-ups made, all in the one pass. Nothing is replaced here; <see cref="Files"/> are complete under their
/// temporary names afterwards.
/// </summary>
sealed class SpanMerge : IDisposable
{
    readonly MergeJob _job;
    readonly IMergeRules _rules;
    readonly MergePace _pace;
    readonly BlockSet _raw;
    readonly BlockSet _five;
    readonly BlockSet _hour;
    readonly List<BlockCursor> _rawCursors = [];
    readonly List<BlockCursor> _rollupCursors = [];
    readonly List<BlockCursor> _open = [];
    readonly SeriesChunks _chunks = new();
    readonly RollupColumns _fiveBuckets = new();
    readonly RollupColumns _hourBuckets = new();
    readonly RollupColumns _known = new();
    readonly byte[] _columnRoom = new byte[RollupChunk.BytesMax];
    byte[] _keyRoom = new byte[256];

    public SpanMerge(
        BlockTiers tiers,
        MergeJob job,
        MergeNumbers numbers,
        IMergeRules rules,
        MergePace pace,
        Action<CorruptDataException> onDamage
    )
    {
        _job = job;
        _rules = rules;
        _pace = pace;
        _raw = new BlockSet(tiers.Disk, tiers.Raw, job.Kind, job, numbers);
        _five = new BlockSet(tiers.Disk, tiers.FiveMinutes, BlockKind.FiveMinutes, job, numbers);
        _hour = new BlockSet(tiers.Disk, tiers.OneHour, BlockKind.OneHour, job, numbers);
        _rawCursors.AddRange(job.Raw.Select(b => new BlockCursor(b, onDamage)));
        _rollupCursors.AddRange(job.Rollups.Select(b => new BlockCursor(b, onDamage)));
    }

    /// <summary>The files written and the lists they belong to.</summary>
    public IReadOnlyList<(BlockList List, string Path)> Files => [.. _raw.Files, .. _five.Files, .. _hour.Files];

    /// <summary>The blocks that were read whole and may go.</summary>
    public IReadOnlyList<Block> Read => [.. Cursors.Where(c => !c.IsDamaged).Select(c => c.Block)];

    /// <summary>The blocks of which something could not be read: their files are kept.</summary>
    public IReadOnlyList<Block> Damaged => [.. Cursors.Where(c => c.IsDamaged).Select(c => c.Block)];

    /// <summary>Raw samples written.</summary>
    public long Samples => _raw.Samples;

    IEnumerable<BlockCursor> Cursors => _rawCursors.Concat(_rollupCursors);

    /// <summary>Reads and writes all of it.</summary>
    /// <exception cref="IOException">The disk is full or broken: nothing has changed.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop: nothing has changed.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        _pace.Begin();
        _open.AddRange(Cursors.Where(static c => c.MoveNext()));
        while (_open.Count > 0)
        {
            _pace.Step(cancellationToken);
            MergeNext();
        }

        _raw.Complete();
        _five.Complete();
        _hour.Complete();
    }

    /// <summary>The files belong to a replacement now; otherwise disposing deletes them.</summary>
    public void Commit()
    {
        _raw.Commit();
        _five.Commit();
        _hour.Commit();
    }

    public void Dispose()
    {
        _raw.Dispose();
        _five.Dispose();
        _hour.Dispose();
    }

    void MergeNext()
    {
        var least = _open[0];
        foreach (var cursor in _open)
        {
            least = cursor.CompareTo(least) < 0 ? cursor : least;
        }

        // The cursors' memory changes as they move on.
        _keyRoom = _keyRoom.Length < least.Key.Length ? new byte[least.Key.Length * 2] : _keyRoom;
        least.Key.CopyTo(_keyRoom);
        var key = _keyRoom.AsSpan(0, least.Key.Length);
        string host = least.HostName;
        _chunks.Clear();
        foreach (var cursor in _rawCursors)
        {
            if (IsAt(cursor, key))
            {
                _chunks.AddFrom(cursor);
            }
        }

        if (_job.IsChecked)
        {
            _chunks.Decode();
        }

        bool anyRaw = !_chunks.IsEmpty;
        var rules = _rules.For(key);
        _chunks.Drop(rules.Deleted);
        bool isRolledUp = _job.ToMs > rules.FiveMinutesFromMs || _job.ToMs > rules.OneHourFromMs;
        if (_job.Kind == BlockKind.Merged && isRolledUp)
        {
            bool complete = anyRaw && _job.IsRawComplete && _job.ToMs > rules.RawFromMs;
            WriteRollups(host, key, rules, complete);
        }

        if (!_chunks.IsEmpty && !_job.DropsRaw && IsKept(rules))
        {
            var writer = _raw.BeginSeries(host, key);
            _chunks.WriteTo(writer);
            writer.EndSeries();
        }

        Advance(key);
    }

    /// <summary>What the head flushed is only dropped once its roll-ups are made.</summary>
    bool IsKept(in SeriesRules rules) => _job.Kind == BlockKind.Flushed || _job.ToMs > rules.RawFromMs;

    void Advance(ReadOnlySpan<byte> key)
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            if (_open[i].Key.SequenceEqual(key) && !_open[i].MoveNext())
            {
                _open.RemoveAt(i);
            }
        }
    }

    static bool IsAt(BlockCursor cursor, ReadOnlySpan<byte> key) =>
        !cursor.IsAtEnd && cursor.Key.SequenceEqual(key);

    void WriteRollups(string host, ReadOnlySpan<byte> key, in SeriesRules rules, bool complete)
    {
        _fiveBuckets.Clear();
        _hourBuckets.Clear();
        RollupBuilder.Build(
            _chunks.Samples.TimestampsMs,
            _chunks.Samples.Values,
            RollupTier.FiveMinutes.StepMs(),
            _fiveBuckets
        );
        if (!complete)
        {
            JoinKnown(BlockKind.FiveMinutes, key, rules, _fiveBuckets);
        }

        RollupBuilder.Combine(_fiveBuckets.Buckets, RollupTier.OneHour.StepMs(), _hourBuckets);
        if (!complete)
        {
            JoinKnown(BlockKind.OneHour, key, rules, _hourBuckets);
        }

        if (_job.ToMs > rules.FiveMinutesFromMs && _job.RollupTiers.Contains(BlockKind.FiveMinutes))
        {
            Write(_five, host, key, _fiveBuckets.Buckets);
        }

        if (_job.ToMs > rules.OneHourFromMs && _job.RollupTiers.Contains(BlockKind.OneHour))
        {
            Write(_hour, host, key, _hourBuckets.Buckets);
        }
    }

    /// <summary>Joins the buckets that were stored before, where raw samples alone no longer tell all.</summary>
    void JoinKnown(BlockKind kind, ReadOnlySpan<byte> key, in SeriesRules rules, RollupColumns buckets)
    {
        _known.Clear();
        foreach (var cursor in _rollupCursors)
        {
            if (cursor.Block.Kind == kind && IsAt(cursor, key))
            {
                int before = _known.Count;
                cursor.ReadChunks(chunk =>
                    RollupChunk.Read(
                        chunk.TimeBytes,
                        chunk.ValueBytes,
                        new TimeRange(long.MinValue, long.MaxValue),
                        kind.StepMs(),
                        _known
                    )
                );
                foreach (var deletion in rules.Deleted)
                {
                    deletion.DropFrom(cursor.Block, _known, before, kind.StepMs());
                }
            }
        }

        if (_known.Count > 0)
        {
            BucketOrder.Join(_known, buckets);
            buckets.Clear();
            foreach (ref readonly var bucket in _known.Buckets)
            {
                buckets.Add(bucket);
            }
        }
    }

    void Write(BlockSet set, string host, ReadOnlySpan<byte> key, ReadOnlySpan<RollupBucket> buckets)
    {
        if (!buckets.IsEmpty)
        {
            var writer = set.BeginSeries(host, key);
            ChunkEncoder.Write(buckets, writer, _columnRoom);
            writer.EndSeries();
        }
    }
}

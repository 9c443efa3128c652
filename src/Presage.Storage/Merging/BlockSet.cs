namespace Presage.Storage;

/// <summary>
/// Blocks of one kind that a merge writes: the first begins with the first series, another when one has grown large.
/// All of them have temporary names until a replacement is committed; disposing deletes what was not completed.
/// </summary>
/// <param name="disk">Where they are written.</param>
/// <param name="list">The list they will be of.</param>
/// <param name="kind">What they hold.</param>
/// <param name="job">The merge.</param>
/// <param name="numbers">The numbers they take.</param>
sealed class BlockSet(Disk disk, BlockList list, BlockKind kind, MergeJob job, MergeNumbers numbers) : IDisposable
{
    /// <summary>A block beyond this is completed and another begun: files stay below 2 GB, indexes small.</summary>
    public const long BlockBytesTarget = 1L << 30;

    public const int SeriesTarget = 1 << 20;

    readonly List<string> _complete = [];
    BlockWriter? _writer;
    bool _committed;

    /// <summary>What was written.</summary>
    public IEnumerable<(BlockList List, string Path)> Files => _complete.Select(path => (list, path));

    public long Samples { get; private set; }

    /// <summary>Begins a series; the caller adds its chunks and ends it.</summary>
    public BlockWriter BeginSeries(string host, ReadOnlySpan<byte> key)
    {
        if (_writer is { } full && (full.Bytes >= BlockBytesTarget || full.Series >= SeriesTarget))
        {
            CompleteOne();
        }

        _writer ??= new BlockWriter(list.PathOf(job.FromMs, numbers.Next()), disk, kind);
        _writer.BeginSeries(host, key);
        return _writer;
    }

    /// <summary>Completes the last file. Nothing is added afterwards.</summary>
    public void Complete()
    {
        if (_writer is not null)
        {
            CompleteOne();
        }
    }

    /// <summary>The files belong to a replacement now.</summary>
    public void Commit() => _committed = true;

    public void Dispose()
    {
        _writer?.Dispose();
        if (!_committed)
        {
            foreach (string path in _complete)
            {
                disk.Delete(path + BlockWriter.TemporarySuffix);
            }
        }
    }

    void CompleteOne()
    {
        using var writer = _writer!;
        writer.CompleteTemporary(job.FromMs, job.ToMs, job.CoveredSegment);
        Samples += writer.Samples;
        _complete.Add(writer.Path);
        _writer = null;
    }
}

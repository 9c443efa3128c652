namespace Presage.Storage;

/// <summary>
/// The numbers of the blocks of one merge, reserved before it looks at the deletions there are: one that is asked for
/// later has a higher number, and so is for what the merge writes as it is for what it reads.
/// </summary>
sealed class MergeNumbers
{
    readonly int _end;
    int _next;

    public MergeNumbers(BlockNumbers numbers, MergeJob job)
    {
        int count = FilesMax(job);
        _next = numbers.Reserve(count);
        _end = _next + count;
    }

    /// <summary>The next of them.</summary>
    /// <exception cref="IOException">The merge makes more files than it can have.</exception>
    public int Next() => _next < _end
        ? _next++
        : throw new IOException("A merge has grown beyond the files reserved for it.");

    /// <summary>Some of each kind, and twice as many more as what is read fills.</summary>
    static int FilesMax(MergeJob job)
    {
        long bytes = 0, series = 0;
        foreach (var block in job.Raw.Concat(job.Rollups))
        {
            bytes += block.FileBytes;
            series += block.Totals.Series;
        }

        return (int)(8 + (6 * ((bytes / BlockSet.BlockBytesTarget) + (series / BlockSet.SeriesTarget))));
    }
}

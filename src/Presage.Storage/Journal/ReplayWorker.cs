using System.Collections.Concurrent;

namespace Presage.Storage;

/// <summary>
/// Takes samples by blocks, on a thread that begins with the first full block: a short journal is replayed by its
/// reader alone.
/// </summary>
sealed class ReplayWorker(Head head) : IDisposable
{
    /// <summary>Half a MB of samples each, and four of them between reader and worker.</summary>
    const int BlockSamples = 20_000;
    const int BlocksMax = 4;

    readonly BlockingCollection<ReplaySample[]> _full = new(BlocksMax);
    readonly ConcurrentBag<ReplaySample[]> _empty = [];
    ReplaySample[] _block = new ReplaySample[1024];
    Task? _task;
    int _count;
    long _stored;

    public void Add(in ReplaySample sample)
    {
        if (_count == _block.Length)
        {
            if (_block.Length < BlockSamples)
            {
                Array.Resize(ref _block, Math.Min(_block.Length * 4, BlockSamples));
            }
            else
            {
                HandOn();
            }
        }

        _block[_count++] = sample;
    }

    /// <summary>Waits until all is in the head; returns how many samples were new there.</summary>
    public long Complete()
    {
        _full.CompleteAdding();
        _task?.GetAwaiter().GetResult();
        Store(_block.AsSpan(0, _count));
        _count = 0;
        return _stored;
    }

    public void Dispose()
    {
        if (!_full.IsAddingCompleted)
        {
            _full.CompleteAdding();
        }

        _task?.GetAwaiter().GetResult();
        _full.Dispose();
    }

    void HandOn()
    {
        _task ??= Task.Factory.StartNew(
            Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _full.Add(_block);
        _block = _empty.TryTake(out var block) ? block : new ReplaySample[BlockSamples];
        _count = 0;
    }

    void Run()
    {
        try
        {
            foreach (var block in _full.GetConsumingEnumerable())
            {
                Store(block);
                _empty.Add(block);
            }
        }
        finally
        {
            // After a failure the reader must not wait for room.
            _full.CompleteAdding();
        }
    }

    void Store(ReadOnlySpan<ReplaySample> samples)
    {
        foreach (ref readonly var sample in samples)
        {
            ref var series = ref head.Series[sample.Id];
            var shard = head.ShardOf(series);
            var result = shard.Append(ref series, sample.TimestampMs, sample.Value);
            if (result == AppendResult.Older)
            {
                result = shard.AddLate(ref series, sample.TimestampMs, sample.Value);
            }

            _stored += result is AppendResult.Appended or AppendResult.Late ? 1 : 0;
        }
    }
}

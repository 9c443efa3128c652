namespace Presage.Storage;

/// <summary>
/// Appends replayed samples to the head beside the thread that reads the journal. Each worker has shards of its own,
/// so that no two touch one, and takes its samples in the order they were read.
/// </summary>
sealed class ReplayWorkers(Head head) : IDisposable
{
    /// <summary>One core reads; more than four workers would wait for it.</summary>
    const int WorkersMax = 4;

    readonly ReplayWorker[] _workers =
    [
        .. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount - 1, 1, WorkersMax))
            .Select(_ => new ReplayWorker(head)),
    ];

    /// <summary>Hands a sample of a series to the worker of its shard.</summary>
    public void Add(int shard, in ReplaySample sample) => _workers[shard % _workers.Length].Add(sample);

    /// <summary>Waits until all samples are in the head; returns how many were new there.</summary>
    public long Complete() => _workers.Sum(static w => w.Complete());

    public void Dispose()
    {
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }
    }
}

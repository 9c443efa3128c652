using System.Threading.Channels;

namespace Presage.Storage;

/// <summary>
/// Hands the journal to the disk itself: at intervals, or as soon as somebody waits for it. All who wait share one
/// fsync, and each is told of one that began after it asked.
/// </summary>
sealed class JournalSync(JournalLog journal, TimeProvider time, TimeSpan interval, Action<IOException> onBrokenDisk)
{
    readonly Lock _lock = new();
    readonly Channel<bool> _asked = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    TaskCompletionSource _next = New();

    /// <summary>Completes when everything written before the call is on the disk.</summary>
    /// <exception cref="IOException">The disk is broken.</exception>
    public Task WaitAsync()
    {
        lock (_lock)
        {
            _asked.Writer.TryWrite(true);
            return _next.Task;
        }
    }

    /// <summary>Syncs at intervals until cancelled.</summary>
    public async Task RunByIntervalAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            SyncNow();
        }
    }

    /// <summary>Syncs whenever somebody waits, until cancelled.</summary>
    public async Task RunOnDemandAsync(CancellationToken cancellationToken)
    {
        while (await _asked.Reader.WaitToReadAsync(cancellationToken))
        {
            _asked.Reader.TryRead(out _);
            SyncNow();
        }
    }

    /// <summary>Syncs once; those who wait are told the result.</summary>
    public void SyncNow()
    {
        TaskCompletionSource done;
        lock (_lock)
        {
            done = _next;
            _next = New();
        }

        try
        {
            journal.Sync();
            done.SetResult();
        }
        catch (IOException e)
        {
            onBrokenDisk(e);
            done.SetException(e);
            // Nobody may be waiting: the exception counts as seen.
            _ = done.Task.Exception;
        }
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

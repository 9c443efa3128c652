using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Lets one caller at a time append. A caller who finds the turn free takes it on its own thread and is done when the
/// call returns; those who come meanwhile wait together and are appended as one group, by one write. Work that must
/// not meet an append (rolling the journal, removing series) takes a turn of its own.
/// </summary>
sealed class AppendTurns(Appender appender, Action<IOException> onBrokenDisk) : IThreadPoolWorkItem
{
    readonly Lock _lock = new();
    readonly PendingAppend[] _own = [new PendingAppend { Batch = new SampleBatch() }];
    readonly Queue<TaskCompletionSource> _turnsAsked = new();
    List<PendingAppend> _waiting = [];
    List<PendingAppend> _running = [];
    bool _taken;

    /// <summary>Appends a batch.</summary>
    /// <exception cref="IOException">The journal cannot be written.</exception>
    public ValueTask<AppendOutcome> AppendAsync(SampleBatch batch)
    {
        lock (_lock)
        {
            if (_taken)
            {
                var pending = new PendingAppend
                {
                    Batch = batch,
                    Completion = new TaskCompletionSource<AppendOutcome>(
                        TaskCreationOptions.RunContinuationsAsynchronously),
                };
                _waiting.Add(pending);
                return new ValueTask<AppendOutcome>(pending.Completion.Task);
            }

            _taken = true;
        }

        try
        {
            _own[0].Batch = batch;
            appender.Run(_own);
            return ValueTask.FromResult(_own[0].Outcome);
        }
        catch (IOException e)
        {
            onBrokenDisk(e);
            throw;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Runs work while nobody appends.</summary>
    public async Task RunAloneAsync(Action work)
    {
        TaskCompletionSource? turn = null;
        lock (_lock)
        {
            if (_taken)
            {
                turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _turnsAsked.Enqueue(turn);
            }

            _taken = true;
        }

        if (turn is not null)
        {
            await turn.Task;
        }

        try
        {
            work();
        }
        finally
        {
            Leave();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (_lock)
        {
            (_waiting, _running) = (_running, _waiting);
        }

        try
        {
            appender.Run(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_running));
            foreach (var pending in _running)
            {
                pending.Completion!.SetResult(pending.Outcome);
            }
        }
        catch (IOException e)
        {
            onBrokenDisk(e);
            FailRunning(e);
        }
        catch (Exception e)
        {
            FailRunning(e);
        }
        finally
        {
            _running.Clear();
            Leave();
        }
    }

    void FailRunning(Exception e)
    {
        foreach (var pending in _running)
        {
            pending.Completion!.TrySetException(e is IOException ? new IOException(e.Message, e) : e);
        }
    }

    /// <summary>Hands the turn on: first to whoever wants it alone, then to the batches that wait.</summary>
    void Leave()
    {
        TaskCompletionSource? next = null;
        bool appendNext = false;
        lock (_lock)
        {
            if (!_turnsAsked.TryDequeue(out next))
            {
                appendNext = _waiting.Count > 0;
                _taken = appendNext;
            }
        }

        next?.SetResult();
        if (appendNext)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}

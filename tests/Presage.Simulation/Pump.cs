namespace Presage.Simulation;

/// <summary>
/// Runs the continuations of the store's background work on the simulation's own thread, when it says so.
/// </summary>
sealed class Pump : SynchronizationContext
{
    readonly Queue<(SendOrPostCallback Work, object? State)> _queue = new();

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_queue)
        {
            _queue.Enqueue((d, state));
            Monitor.Pulse(_queue);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs what waits until nothing does.</summary>
    public void Run()
    {
        while (TryTake(0, out var work))
        {
            work.Work(work.State);
        }
    }

    /// <summary>Runs until the task is done; false when the disk died meanwhile and nobody will finish it.</summary>
    public bool RunUntil(Task task, SimulatedDisk disk)
    {
        int idle = 0;
        while (!task.IsCompleted)
        {
            if (TryTake(disk.IsDead ? 0 : 20, out var work))
            {
                work.Work(work.State);
                idle = 0;
            }
            else if (disk.IsDead)
            {
                return false;
            }
            else if (++idle > 500)
            {
                throw new SimulationFailedException("The store waits for something that does not come.");
            }
        }

        Run();
        return true;
    }

    bool TryTake(int waitMs, out (SendOrPostCallback Work, object? State) work)
    {
        lock (_queue)
        {
            if (_queue.Count == 0 && waitMs > 0)
            {
                Monitor.Wait(_queue, waitMs);
            }

            return _queue.TryDequeue(out work);
        }
    }
}

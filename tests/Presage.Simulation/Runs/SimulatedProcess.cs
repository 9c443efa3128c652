using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Presage.Storage;

namespace Presage.Simulation;

/// <summary>
/// The process that holds the store: its disk, its clock, its background work. It runs on one thread, and does
/// nothing unless it is told to.
/// </summary>
sealed class SimulatedProcess(Func<Disk, StorageOptions> options, Action<string>? trace)
{
    /// <summary>2027-01-15T08:00:00Z: an hour's beginning.</summary>
    public const long StartMs = 1_800_000_000_000;

    FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(StartMs));
    Pump _pump = new();
    SampleStore? _store;

    public SimulatedDisk Disk { get; set; } = new() { Trace = trace };

    public SampleStore Store => _store!;

    public TimeProvider Time => _time;

    public long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Starts it; a disk that fails may forbid it, one that works may not.</summary>
    public void Open()
    {
        // A process of its own: its timers and what they started die with it.
        var now = _time.GetUtcNow();
        _time = new FakeTimeProvider(now);
        _pump = new Pump();
        SynchronizationContext.SetSynchronizationContext(_pump);
        try
        {
            _store = SampleStore.Open(options(Disk), _time, NullLogger.Instance);
        }
        catch (IOException e)
        {
            trace?.Invoke($"  cannot be opened: {e.Message}");
            RequireFault(e);
            Disk.Heal();
            _store = SampleStore.Open(options(Disk), _time, NullLogger.Instance);
        }
    }

    /// <summary>Waits for the store.</summary>
    /// <exception cref="SimulatedCrashException">The process died meanwhile.</exception>
    public void Await(Task task)
    {
        if (!_pump.RunUntil(task, Disk))
        {
            throw new SimulatedCrashException();
        }

        task.GetAwaiter().GetResult();
    }

    public static Exception Unwrap(Exception e) => e is AggregateException { InnerException: { } inner } ? Unwrap(inner)
        : e is IOException { InnerException: SimulatedCrashException crash } ? crash : e;

    /// <summary>An error is right only where the disk made one.</summary>
    public void RequireFault(Exception e)
    {
        if (!Disk.IsBroken && _store?.IsWritable != false)
        {
            throw new SimulationFailedException($"An error where the disk made none: {e.Message}");
        }
    }

    /// <summary>Time passes; what is due happens.</summary>
    public void Advance(TimeSpan time)
    {
        _time.Advance(time);
        _pump.Run();
    }

    /// <summary>Somebody sets the clock.</summary>
    public void JumpClock(TimeSpan by) => _time.AdjustTime(_time.GetUtcNow() + by);

    /// <summary>Ends it in order.</summary>
    public void Close()
    {
        Await(Store.DisposeAsync().AsTask());
        _store = null;
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using Presage.Storage;

namespace Presage.Simulation;

/// <summary>
/// Carries a plan out: the store and the model do the same, one thread does everything, the clock is ours. A step that
/// kills the process ends it in the middle of a disk operation; what the next process finds, and what the store makes
/// of it, is compared with what had been acknowledged.
/// </summary>
sealed class SimulationRun
{
    const string Folder = "/data";

    readonly Plan _plan;
    readonly StorageOptions _options;
    readonly StoreModel _model = new();
    readonly SimulatedProcess _process;
    readonly Traffic _traffic;
    readonly StoreComparison _comparison;
    readonly StoreCopies _copies;
    readonly Action<string>? _trace;
    long _newestNowMs;
    TimeSpan _healthy;
    bool _powerWillFail;
    bool _mayBeDamaged;

    public SimulationRun(Plan plan, Action<string>? trace)
    {
        _plan = plan;
        _trace = trace;
        _process = new SimulatedProcess(disk => plan.Options(Folder, disk), trace);
        _options = plan.Options(Folder, Disk);
        _comparison = new StoreComparison(_model);
        _copies = new StoreCopies(plan, _process, _model, _comparison, trace);
        _traffic = new Traffic(_process, _model, _comparison, _options, trace);
    }

    /// <summary>What was done, for the figures.</summary>
    public RunFigures Figures { get; } = new();

    SimulatedDisk Disk => _process.Disk;

    SampleStore Store => _process.Store;

    long NowMs => _process.NowMs;

    /// <exception cref="SimulationFailedException">The store broke a promise.</exception>
    public void Run()
    {
        var before = SynchronizationContext.Current;
        try
        {
            _process.Open();
            foreach (var operation in _plan.Operations)
            {
                Step(operation);
            }

            End();
        }
        catch (Exception e) when (e is not SimulationFailedException)
        {
            throw new SimulationFailedException($"{e.GetType().Name}: {e.Message}\n{e.StackTrace}");
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        Figures.Samples = _model.Samples;
        Figures.DiskOperations += Disk.Operations;
        Figures.Faults += Disk.FaultsInjected;
    }

    void Step(Operation operation)
    {
        _trace?.Invoke($"{operation} (clock {NowMs - SimulatedProcess.StartMs} ms)");
        var random = new Generator(operation.Seed);
        Disk.Random = new Generator(operation.Seed ^ 0xD15C);
        Figures.Operations++;
        Fade(TimeSpan.Zero);
        try
        {
            Do(operation.Kind, random);
        }
        catch (SimulatedCrashException)
        {
            Disk.Kill();
        }

        if (Disk.IsDead)
        {
            _mayBeDamaged |= operation.Kind != OperationKind.Kill;
            Die(_powerWillFail, random);
        }
    }

    void Do(OperationKind kind, Generator random)
    {
        switch (kind)
        {
            case OperationKind.Append:
                _traffic.AppendNow(random);
                break;
            case OperationKind.Burst:
                _traffic.AppendBurst(random);
                break;
            case OperationKind.Late:
                _traffic.AppendLate(random);
                break;
            case OperationKind.Repeat:
                _traffic.Repeat(random, conflicting: false);
                break;
            case OperationKind.Conflict:
                _traffic.Repeat(random, conflicting: true);
                break;
            case OperationKind.NewSeries:
                _traffic.AppendNew(random);
                break;
            case OperationKind.OutOfBounds:
                _traffic.AppendOutOfBounds(random);
                break;
            case OperationKind.Query:
                _traffic.Query(random);
                break;
            case OperationKind.Labels:
                _traffic.Labels(random);
                break;
            case OperationKind.Delete:
                _traffic.Delete(random);
                break;
            case OperationKind.Backfill:
                _traffic.Backfill(random);
                break;
            case OperationKind.Rollups:
                _comparison.Rollups(Store, _traffic.Matchers(random));
                break;
            case OperationKind.Compare:
                _comparison.All(Store, pin: false);
                break;
            default:
                DoToStore(kind, random);
                break;
        }
    }

    void DoToStore(OperationKind kind, Generator random)
    {
        switch (kind)
        {
            case OperationKind.Wait:
                Advance(TimeSpan.FromMilliseconds(random.Skewed(20_000)));
                break;
            case OperationKind.Minutes:
                Advance(TimeSpan.FromSeconds(random.Skewed(1_800)));
                break;
            case OperationKind.Hours:
                Advance(TimeSpan.FromMinutes(random.Skewed(random.Chance(0.2) ? 5_000 : 300)));
                break;
            case OperationKind.ClockJump:
                JumpClock(TimeSpan.FromSeconds(random.Between(-7_200, 7_200)));
                break;
            case OperationKind.Flush:
                Flush();
                break;
            case OperationKind.FlushBusy:
                FlushBusy(random);
                break;
            case OperationKind.Snapshot:
                _copies.Snapshot();
                break;
            case OperationKind.Copy:
                _copies.Copy();
                break;
            case OperationKind.Verify:
                Verify();
                break;
            case OperationKind.Rot:
                Rot(random);
                break;
            case OperationKind.Care:
                Care();
                break;
            case OperationKind.Reopen:
                Close();
                OpenAndCompare(lostPower: false);
                break;
            case OperationKind.Kill:
            case OperationKind.PowerLoss:
                _powerWillFail = kind == OperationKind.PowerLoss;
                throw new SimulatedCrashException();
            case OperationKind.KillWithin:
            case OperationKind.PowerLossWithin:
                _powerWillFail = kind == OperationKind.PowerLossWithin;
                Disk.CrashAfter = random.Skewed(60);
                break;
            default:
                Break(kind, random);
                break;
        }
    }

    void Break(OperationKind kind, Generator random)
    {
        switch (kind)
        {
            case OperationKind.Fault:
                _mayBeDamaged = true;
                Disk.Faults.Add(new DiskFault(
                    random.Pick(Enum.GetValues<FaultKind>()), random.Pick(["", ".journal", ".block", "blocks"]),
                    random.Chance(0.5) ? 1 : random.Uniform()));
                _trace?.Invoke($"  {Disk.Faults[^1]}");
                break;
            case OperationKind.Fill:
                _mayBeDamaged = true;
                long used = Disk.FilesEnding("").Sum(static f => f.Inode.Length);
                Disk.Capacity = used + random.Skewed(5 << 20);
                _trace?.Invoke($"  room for {Disk.Capacity - used} bytes");
                break;
            default:
                Disk.Heal();
                break;
        }
    }

    void Flush()
    {
        bool wasBroken = Disk.IsBroken;
        var flush = Store.FlushAsync(CancellationToken.None);
        try
        {
            _process.Await(flush);
        }
        catch (Exception e) when (SimulatedProcess.Unwrap(e) is IOException or CorruptDataException)
        {
            _trace?.Invoke($"  fails: {SimulatedProcess.Unwrap(e).Message}");
            _process.RequireFault(SimulatedProcess.Unwrap(e));
            return;
        }

        if (!wasBroken)
        {
            _model.Flushed();
        }
    }

    /// <summary>Merges, retires and deletes what is due.</summary>
    void Care()
    {
        try
        {
            _process.Await(Store.CareNowAsync(CancellationToken.None));
        }
        catch (Exception e) when (SimulatedProcess.Unwrap(e) is IOException or CorruptDataException)
        {
            _trace?.Invoke($"  fails: {SimulatedProcess.Unwrap(e).Message}");
            _process.RequireFault(SimulatedProcess.Unwrap(e));
        }
    }

    /// <summary>
    /// Bytes change on the disk: what is missing then must be reported, what is shown must be right.
    /// </summary>
    void Rot(Generator random)
    {
        // Damage is reported by the start that meets it, so that one shall not fail.
        Disk.CrashAfter = -1;
        Disk.Heal();
        Close();
        Disk.Rot(random);
        _mayBeDamaged = true;
        _model.Restart(lostPower: false);
        _process.Open();
        _comparison.Lacking = 0;
        _comparison.TakesLosses = true;
        _comparison.All(Store, pin: true);
        _comparison.TakesLosses = false;
        Require(
            _comparison.Lacking == 0 || Store.Statistics.Damages.Count > 0,
            () => $"{_comparison.Lacking} samples are missing and no damage is reported.");
        _model.LoseAnything();
    }

    /// <summary>Flushes while appends and queries come in between the flush's disk operations.</summary>
    void FlushBusy(Generator random)
    {
        bool nested = false;
        Disk.Between = (_, path) =>
        {
            if (!nested && path.EndsWith(".tmp", StringComparison.Ordinal) && random.Chance(0.5))
            {
                nested = true;
                _trace?.Invoke("  in between:");
                switch (random.Below(4))
                {
                    case 0:
                        _traffic.AppendBurst(random);
                        break;
                    case 1:
                        _traffic.Query(random);
                        break;
                    case 2:
                        _traffic.AppendLate(random);
                        break;
                    default:
                        _traffic.AppendNow(random);
                        break;
                }

                nested = false;
            }
        };
        try
        {
            try
            {
                _process.Await(Store.FlushAsync(CancellationToken.None));
                _process.Await(Store.CareNowAsync(CancellationToken.None));
            }
            catch (Exception e) when (SimulatedProcess.Unwrap(e) is IOException or CorruptDataException)
            {
                _process.RequireFault(SimulatedProcess.Unwrap(e));
            }
        }
        finally
        {
            Disk.Between = null;
        }
    }

    void JumpClock(TimeSpan by)
    {
        _trace?.Invoke($"  by {by}");
        _process.JumpClock(by);
        Fade(TimeSpan.Zero);
    }

    /// <summary>Retention may take what is older, and the size limit all but the newest day.</summary>
    void Fade(TimeSpan ahead)
    {
        var shortest = _options.RetentionRules.Select(static r => r.Times.Raw).Append(_options.Retention).Min();
        long nowMs = NowMs + (long)ahead.TotalMilliseconds;
        _model.ClockMs = Math.Max(_model.ClockMs, nowMs);
        _newestNowMs = Math.Max(_newestNowMs, nowMs + (long)_options.FutureMax.TotalMilliseconds);
        _model.Fade(Math.Max(
            nowMs - (long)shortest.TotalMilliseconds,
            _options.DiskBytesMax > 0 ? MergeSchedule.DayOf(_newestNowMs) : long.MinValue));
    }

    /// <summary>The tools look into the folder and repair it where bytes were changed before.</summary>
    void Verify()
    {
        Disk.CrashAfter = -1;
        Disk.Heal();
        Close();
        _copies.Verify(_mayBeDamaged);
        OpenAndCompare(lostPower: false);
    }

    /// <summary>Within some minutes of a disk that works, a failed sync is made good.</summary>
    void CountHealthy(TimeSpan step)
    {
        _healthy = Disk.IsBroken || !Store.IsWritable ? TimeSpan.Zero : _healthy + step;
        if (_healthy > TimeSpan.FromMinutes(3))
        {
            _model.MadeGood();
        }
    }

    void End()
    {
        Disk.Heal();
        Advance(TimeSpan.FromSeconds(2));
        if (Disk.IsDead)
        {
            _mayBeDamaged = true;
            Die(_powerWillFail, new Generator(_plan.Seed));
            Advance(TimeSpan.FromSeconds(2));
        }

        Disk.CrashAfter = -1;
        Require(Store.IsWritable, $"The store stays unwritable on a disk that works: {Store.NotWritableReason}");
        _traffic.AppendNow(new Generator(_plan.Seed));
        _comparison.All(Store, pin: false);
        Close();
        OpenAndCompare(lostPower: false);
        Flush();
        _comparison.All(Store, pin: false);
        _comparison.Labels(Store, []);
        _comparison.Rollups(Store, []);
        Close();
    }

    void Advance(TimeSpan time)
    {
        // Short steps first: every commit interval counts; a long wait is made of minutes.
        while (time > TimeSpan.Zero && !Disk.IsDead)
        {
            var step = time > TimeSpan.FromMinutes(1) ? TimeSpan.FromMinutes(1) : time;
            time -= step;
            Fade(step);
            int failed = Disk.SyncsFailed;
            _model.BeginTick();
            _process.Advance(step);
            bool syncFailed = Disk.SyncsFailed > failed;
            if (syncFailed || (step >= _options.FsyncInterval && !Disk.IsDead))
            {
                _model.EndTick(syncFailed);
            }

            CountHealthy(step);
        }
    }

    void Close()
    {
        int failed = Disk.SyncsFailed;
        _model.BeginTick();
        _process.Close();
        _model.EndTick(Disk.SyncsFailed > failed);
        Figures.Faults += Disk.FaultsInjected;
    }

    void Die(bool lostPower, Generator random)
    {
        _healthy = TimeSpan.Zero;
        _trace?.Invoke(lostPower ? "  power is lost" : "  the process dies");
        Figures.Deaths += lostPower ? 0 : 1;
        Figures.PowerLosses += lostPower ? 1 : 0;
        Figures.DiskOperations += Disk.Operations;
        Figures.Faults += Disk.FaultsInjected;
        Disk.Between = null;
        if (Disk.SyncsFailed > 0)
        {
            _model.Taint();
        }

        _process.Disk = lostPower ? Disk.AfterPowerLoss(random) : Disk.AfterKill();
        Disk.Random = new Generator(random.Bits());
        Disk.CrashAfter = random.Chance(0.2) ? random.Skewed(30) : -1;
        try
        {
            OpenAndCompare(lostPower);
        }
        catch (SimulatedCrashException)
        {
            // It died again while it recovered.
            _trace?.Invoke("  while it recovers");
            Die(lostPower && random.Chance(0.5), random);
        }
    }

    void OpenAndCompare(bool lostPower)
    {
        _model.Restart(lostPower);
        _process.Open();
        _comparison.All(Store, pin: true);
        if (Disk.SyncsFailed > 0)
        {
            _model.Taint();
            _model.Pinned();
        }

        Require(
            _mayBeDamaged || Store.Statistics.Damages.Count == 0,
            () => $"Damage is reported where none was done: {Store.Statistics.Damages[0]}");
    }

    static void Require(bool holds, string otherwise) => Require(holds, () => otherwise);

    static void Require(bool holds, Func<string> otherwise)
    {
        if (!holds)
        {
            throw new SimulationFailedException(otherwise());
        }
    }
}

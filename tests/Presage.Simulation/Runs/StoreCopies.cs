using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Simulation;

/// <summary>
/// What is made of a store beside its work: snapshots, which open as stores of their own; copies series by series, as
/// an export that is imported; verification and repair of its folder.
/// </summary>
sealed class StoreCopies(
    Plan plan, SimulatedProcess process, StoreModel model, StoreComparison comparison, Action<string>? trace)
{
    int _made;

    /// <summary>A snapshot holds the same as the store; the disk may fail meanwhile.</summary>
    public void Snapshot()
    {
        string target = $"/snapshot{++_made}";
        int failed = process.Disk.SyncsFailed;
        try
        {
            process.Await(process.Store.SnapshotAsync(target, CancellationToken.None));
        }
        catch (Exception e) when (SimulatedProcess.Unwrap(e) is IOException)
        {
            trace?.Invoke($"  fails: {SimulatedProcess.Unwrap(e).Message}");
            process.RequireFault(SimulatedProcess.Unwrap(e));
            process.Disk.Heal();
            process.Disk.DeleteFolder(target);
            return;
        }
        finally
        {
            // It syncs the journal, which may fail as any other sync.
            if (process.Disk.SyncsFailed > failed)
            {
                model.BeginTick();
                model.EndTick(syncFailed: true);
            }
        }

        // Opening it is nobody's emergency: the disk works then.
        process.Disk.Heal();
        Compare(target, static _ => { });
    }

    /// <summary>All that a store shows, written into an empty one: history that is exported and imported.</summary>
    public void Copy()
    {
        process.Disk.CrashAfter = -1;
        process.Disk.Heal();
        var always = StoreComparison.Always;
        Compare($"/copy{++_made}", copy =>
        {
            var backfill = copy.BeginBackfill();
            var columns = new SampleColumns();
            foreach (var series in process.Store.Select([], always))
            {
                columns.Clear();
                series.Read(always, columns);
                var batch = new SampleBatch();
                batch.AddSeries(series.Labels.ToKey());
                for (int i = 0; i < columns.Count; i++)
                {
                    batch.AddSample(columns.TimestampsMs[i], columns.Values[i]);
                }

                // What is ahead of a clock that was set back is refused.
                var outcome = backfill.Append(batch);
                comparison.TakesLosses |= outcome.TooFarInFuture > 0;
                Require(
                    outcome.Accepted + outcome.TooFarInFuture == columns.Count, "A sample of the store is refused.");
            }

            process.Await(backfill.CompleteAsync(CancellationToken.None));
            process.Await(backfill.DisposeAsync().AsTask());
        });
    }

    /// <summary>Looks for damage, which there is only where there was some; what is repaired is whole.</summary>
    public void Verify(bool mayBeDamaged)
    {
        using var folder = DataFolder.Open("/data", process.Disk);
        var damages = folder.Verify(static _ => { });
        Require(
            mayBeDamaged || damages.Count == 0,
            $"Damage is found where none was done: {string.Join("; ", damages)}");
        if (damages.Count > 0)
        {
            trace?.Invoke($"  {damages.Count} damages, {folder.Repair(line => trace?.Invoke("  " + line))} repaired");
        }
    }

    void Compare(string folder, Action<SampleStore> fill)
    {
        var copy = SampleStore.Open(plan.Options(folder, process.Disk), process.Time, NullLogger.Instance);
        fill(copy);
        comparison.TakesLatent = true;
        comparison.All(copy, pin: false);
        comparison.TakesLatent = false;
        comparison.TakesLosses = false;
        process.Await(copy.DisposeAsync().AsTask());
        process.Disk.DeleteFolder(folder);
    }

    static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SimulationFailedException(otherwise);
        }
    }
}

using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>A deletion is for what was stored when it was asked for, whatever comes before it is carried out.</summary>
public sealed class DeletionTests
{
    const long Start = StoreFixture.StartMs;

    static readonly LabelMatcher One = new("i", MatchOperator.Equal, "1");

    [Fact]
    public async Task What_arrives_while_a_deletion_is_pending_stays()
    {
        await using var fixture = new StoreFixture();
        await fixture.AppendAsync(("a", 1, Start - 3000, 1), ("a", 1, Start - 1000, 2), ("a", 2, Start - 1000, 3));
        await fixture.Store.FlushAsync(CancellationToken.None);
        await fixture.AppendAsync("a", 1, Start, 4);

        Assert.Equal(1, await fixture.DeleteAsync(StoreFixture.Always, One));
        Assert.Empty(fixture.Read("a", 1));

        // Late, the newest once more, and one that was in a block.
        await fixture.AppendAsync(("a", 1, Start - 2000, 5), ("a", 1, Start, 4), ("a", 1, Start - 1000, 2));
        (long, double)[] later = [(Start - 2000, 5), (Start - 1000, 2), (Start, 4)];
        Assert.Equal(later, Values(fixture));
        await fixture.Store.FlushAsync(CancellationToken.None);
        Assert.Equal(later, Values(fixture));
        Assert.Equal(1, (await fixture.ReopenAsync()).Statistics.DeletionsPending);
        Assert.Equal(later, Values(fixture));

        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Equal(0, fixture.Store.Statistics.DeletionsPending);
        Assert.Equal(later, Values(fixture));
        Assert.Single(fixture.Read("a", 2));
    }

    [Fact]
    public async Task What_is_in_the_journal_only_stays_deleted_after_a_crash_and_what_came_later_comes_back()
    {
        await using var fixture = new StoreFixture();
        await using var crashed = new StoreFixture();
        await fixture.AppendAsync(("a", 1, Start - 3000, 1), ("a", 1, Start - 1000, 2));
        await fixture.DeleteAsync(StoreFixture.Always, One);
        await fixture.AppendAsync("a", 1, Start - 2000, 5);
        StoreFiles.Copy(fixture.Folder, crashed.Folder);

        Assert.Equal([(Start - 2000, 5.0)], Values(crashed));
        await crashed.Store.CareNowAsync(CancellationToken.None);
        Assert.Equal([(Start - 2000, 5.0)], Values(crashed));
    }

    [Fact]
    public async Task A_deletion_during_a_merge_is_for_what_the_merge_writes_and_for_nothing_later()
    {
        await using var fixture = new StoreFixture();
        bool asked = false;
        var disk = new BreakableDisk((operation, path) =>
        {
            if (!asked && operation == DiskOperation.Create && path.Contains("rollups", StringComparison.Ordinal))
            {
                asked = true;
                fixture.DeleteAsync(StoreFixture.Always, One).GetAwaiter().GetResult();
                fixture.AppendAsync("a", 1, Start - 500, 9).GetAwaiter().GetResult();
                fixture.Store.FlushAsync(CancellationToken.None).GetAwaiter().GetResult();
            }
        });
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder, Disk = disk, PastMax = TimeSpan.FromDays(9), OutOfOrderWindow = TimeSpan.FromDays(9),
        };
        fixture.Open();
        long day = Start - (Start % 86_400_000) - (10 * 86_400_000L);
        await BackfillAsync(fixture, day);

        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.True(asked);
        Assert.Equal([(Start - 500, 9.0)], Values(fixture));
        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Equal(0, fixture.Store.Statistics.DeletionsPending);
        Assert.Equal([(Start - 500, 9.0)], Values(fixture));
        Assert.Equal(2, fixture.Read("a", 2).Length);
    }

    [Fact]
    public async Task A_merge_that_begins_while_a_deletion_is_written_down_knows_of_it()
    {
        await using var fixture = new StoreFixture();
        using var merging = new ManualResetEventSlim();
        Task? care = null;
        bool isAsked = false;
        var disk = new BreakableDisk((operation, path) =>
        {
            if (operation != DiskOperation.Create || !isAsked)
            {
                return;
            }

            if (care is not null && path.Contains("block", StringComparison.Ordinal))
            {
                merging.Set();
            }
            else if (care is null && path.Contains("tombstones", StringComparison.Ordinal))
            {
                // The deletion has its number by now and is not in the list yet. A merge may wait until it is.
                care = Task.Run(() => fixture.Store.CareNowAsync(CancellationToken.None));
                merging.Wait(TimeSpan.FromMilliseconds(300));
            }
        });
        fixture.Options = folder => new StorageOptions { DataFolder = folder, Disk = disk };
        fixture.Open();
        long day = Start - (Start % 86_400_000) - (10 * 86_400_000L);
        await BackfillAsync(fixture, day);
        isAsked = true;
        await fixture.DeleteAsync(StoreFixture.Always, One);
        await care!;

        Assert.Empty(fixture.Read("a", 1));
        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Equal(0, fixture.Store.Statistics.DeletionsPending);
        Assert.Empty(fixture.Read("a", 1));
        Assert.Equal(2, fixture.Read("a", 2).Length);
    }

    [Fact]
    public async Task A_backfill_is_stored_when_it_is_completed_whatever_was_deleted_at_that_moment()
    {
        await using var fixture = new StoreFixture();
        bool isCompleting = false;
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            RunBeside = work =>
            {
                if (isCompleting)
                {
                    // It found no deletion to carry out, and its files have their numbers.
                    isCompleting = false;
                    fixture.DeleteAsync(StoreFixture.Always, One).GetAwaiter().GetResult();
                }

                work();
                return Task.CompletedTask;
            },
        };
        fixture.Open();
        long day = Start - (Start % 86_400_000) - (10 * 86_400_000L);
        isCompleting = true;
        await BackfillAsync(fixture, day);

        Assert.False(isCompleting);
        Assert.Equal(2, fixture.Read("a", 1).Length);
        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Equal(2, fixture.Read("a", 1).Length);
        await fixture.DeleteAsync(StoreFixture.Always, One);
        Assert.Empty(fixture.Read("a", 1));
    }

    [Fact]
    public async Task A_snapshot_does_not_wait_for_a_merge()
    {
        await using var fixture = new StoreFixture();
        string snapshot = Path.Combine(fixture.Folder, "snapshots", "one");
        bool taken = false;
        var disk = new BreakableDisk((operation, path) =>
        {
            if (!taken && operation == DiskOperation.Create && path.Contains("rollups", StringComparison.Ordinal)
                && !path.Contains("snapshots", StringComparison.Ordinal))
            {
                taken = true;
                fixture.Store.SnapshotAsync(snapshot, CancellationToken.None).GetAwaiter().GetResult();
            }
        });
        fixture.Options = folder => new StorageOptions { DataFolder = folder, Disk = disk };
        fixture.Open();
        long day = Start - (Start % 86_400_000) - (10 * 86_400_000L);
        await BackfillAsync(fixture, day);
        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.True(taken);

        await using var copy = SampleStore.Open(
            new StorageOptions { DataFolder = snapshot }, fixture.Time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Equal(
            fixture.Read("a", 1), StoreFixture.Read(copy, StoreFixture.LabelsOf("a", 1), StoreFixture.Always));
    }

    static async Task BackfillAsync(StoreFixture fixture, long fromMs)
    {
        await using var backfill = fixture.Store.BeginBackfill();
        var batch = new SampleBatch();
        for (int i = 1; i <= 2; i++)
        {
            batch.AddSeries(StoreFixture.LabelsOf("a", i).ToKey());
            batch.AddSample(fromMs, i);
            batch.AddSample(fromMs + 60_000, i);
        }

        backfill.Append(batch);
        await backfill.CompleteAsync(CancellationToken.None);
    }

    static (long, double)[] Values(StoreFixture fixture) =>
        [.. fixture.Read("a", 1).Select(static s => (s.TimestampMs, BitConverter.Int64BitsToDouble(s.Bits)))];
}

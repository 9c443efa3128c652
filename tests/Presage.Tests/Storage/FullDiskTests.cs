using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Storage;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Storage;

public sealed class FullDiskTests
{
    const long Start = StoreFixture.StartMs;

    [Theory]
    [InlineData("Write")]
    [InlineData("Allocate")]
    [InlineData("Create")]
    public async Task A_disk_that_fails_refuses_the_batch_and_recovers_by_itself(string operation)
    {
        var failing = Enum.Parse<DiskOperation>(operation);
        await using var fixture = new StoreFixture();
        bool broken = false;
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            FlushOnClose = false,
            JournalSegmentBytesMax = 1 << 20,
            Disk = new BreakableDisk((next, _) =>
            {
                if (broken && (next == failing || next == DiskOperation.Create))
                {
                    throw new IOException("No space left on device");
                }
            }),
        };
        int stored = 0;
        for (; stored < 3; stored++)
        {
            await fixture.AppendAsync("a", 0, Start + stored, stored);
        }

        broken = true;
        var refused = await Assert.ThrowsAsync<IOException>(() => FillUntilRefusedAsync(fixture));
        Assert.Contains("No space left", refused.Message, StringComparison.Ordinal);
        Assert.False(fixture.Store.IsWritable);
        Assert.Contains("No space left", fixture.Store.NotWritableReason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => fixture.AppendAsync("new", 1, Start, 1));
        Assert.Empty(fixture.Read("new", 1));
        Assert.Equal(3, fixture.Read("a", 0).Length);

        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(fixture.Store.IsWritable);
        broken = false;
        await RecoverAsync(fixture);
        await fixture.AppendAsync("a", 0, Start + 10, 10);
        await fixture.AppendAsync("new", 1, Start, 1);
        var before = fixture.Read("fill", 2);
        await fixture.ReopenAsync();
        Assert.Equal(4, fixture.Read("a", 0).Length);
        Assert.Single(fixture.Read("new", 1));
        Assert.Equal(before, fixture.Read("fill", 2));
        Assert.Empty(fixture.Store.Statistics.Damages);
    }

    [Fact]
    public async Task A_group_that_was_written_in_part_is_cut_off()
    {
        await using var fixture = new StoreFixture();
        bool broken = false;
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            FlushOnClose = false,
            Disk = new BreakableDisk((next, _) =>
            {
                if (broken && next == DiskOperation.Write)
                {
                    // Part of the group reaches the file before the disk is full.
                    using var file = File.OpenHandle(
                        StoreFiles.NewestSegment(folder), FileMode.Open, FileAccess.Write,
                            FileShare.ReadWrite | FileShare.Delete);
                    RandomAccess.Write(file, [99, 0, 0, 0, 1, 2, 3, 4, 2, 9], 32 + JournalBytesOfOneSample);
                    throw new IOException("No space left on device");
                }
            }),
        };
        await fixture.AppendAsync("a", 0, Start, 1);
        JournalBytesOfOneSample = fixture.Store.Statistics.JournalBytes - 32;
        broken = true;
        await Assert.ThrowsAsync<IOException>(() => fixture.AppendAsync("a", 0, Start + 1, 2));
        broken = false;
        await RecoverAsync(fixture);
        await fixture.AppendAsync("a", 0, Start + 2, 3);

        await fixture.ReopenAsync();
        Assert.Equal([Start, Start + 2], fixture.Read("a", 0).Select(s => s.TimestampMs));
        Assert.Empty(fixture.Store.Statistics.Damages);
    }

    [Fact]
    public async Task A_flush_that_fails_keeps_the_samples_and_succeeds_later()
    {
        await using var fixture = new StoreFixture();
        var broken = new HashSet<DiskOperation>();
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            FlushOnClose = false,
            Disk = new BreakableDisk((next, path) =>
            {
                if (broken.Contains(next) && path.EndsWith(".block.tmp", StringComparison.Ordinal))
                {
                    throw new IOException("No space left on device");
                }
            }),
        };
        for (int i = 0; i < 500; i++)
        {
            await fixture.AppendAsync(("a", i % 5, Start + i, i), ("b", i % 3, Start + i, i));
        }

        foreach (var operation in (DiskOperation[])[DiskOperation.Write, DiskOperation.Sync])
        {
            broken.Add(operation);
            await Assert.ThrowsAsync<IOException>(() => fixture.Store.FlushAsync(CancellationToken.None));
            broken.Clear();
            Assert.Contains("No space left", fixture.Store.Statistics.LastFlushError, StringComparison.Ordinal);
            Assert.Equal(100, fixture.Read("a", 0).Length);
            Assert.Equal(0, fixture.Store.Statistics.Blocks);
        }

        await fixture.Store.FlushAsync(CancellationToken.None);
        Assert.Null(fixture.Store.Statistics.LastFlushError);
        Assert.Equal(1, fixture.Store.Statistics.Blocks);
        Assert.Equal(100, fixture.Read("a", 0).Length);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(fixture.Folder, "blocks"), "*.tmp"));
    }

    [Fact]
    public async Task A_merge_that_fails_leaves_the_hours_and_succeeds_later()
    {
        await using var fixture = new StoreFixture();
        DiskOperation? broken = null;
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            FlushOnClose = false,
            Disk = new BreakableDisk((next, path) =>
            {
                if (next == broken && !path.Contains("journal", StringComparison.Ordinal))
                {
                    throw new IOException("No space left on device");
                }
            }),
        };
        for (int hour = 0; hour < 3; hour++)
        {
            await fixture.AppendAsync(("a", 0, Start + (hour * 3_600_000), hour), ("b", 1, Start, hour));
            await fixture.Store.FlushAsync(CancellationToken.None);
            fixture.Time.Advance(TimeSpan.FromHours(1));
        }

        broken = DiskOperation.Create;
        fixture.Time.Advance(TimeSpan.FromHours(30));
        var before = fixture.Read("a", 0);
        foreach (var operation in (DiskOperation[])
            [DiskOperation.Create, DiskOperation.Write, DiskOperation.Sync, DiskOperation.Move])
        {
            broken = operation;
            await Assert.ThrowsAsync<IOException>(() => fixture.Store.CareNowAsync(CancellationToken.None));
            Assert.Contains("No space left", fixture.Store.Statistics.LastCareError, StringComparison.Ordinal);
            Assert.Equal(before, fixture.Read("a", 0));
            Assert.True(fixture.Store.IsWritable);
        }

        broken = null;
        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Null(fixture.Store.Statistics.LastCareError);
        Assert.Equal((1, 2), (fixture.Store.Statistics.Blocks, fixture.Store.Statistics.RollupBlocks));
        Assert.Equal(before, fixture.Read("a", 0));
        await fixture.ReopenAsync();
        Assert.Equal(before, fixture.Read("a", 0));
        Assert.Empty(fixture.Store.Statistics.Damages);
    }

    [Fact]
    public async Task A_really_full_file_system_refuses_and_recovers()
    {
        // A file system of 8 MB needs root; where that is missing, the faults of the other tests stand for it.
        string mount = Directory.CreateTempSubdirectory("presage-full-").FullName;
        using (var small = SmallFileSystem.TryMount(mount, "9m"))
        {
            if (small is null)
            {
                Directory.Delete(mount);
                return;
            }

            await using var fixture = new StoreFixture();
            fixture.Options = _ => new StorageOptions
            {
                DataFolder = Path.Combine(mount, "data"),
                FlushOnClose = false,
            };
            await fixture.AppendAsync("a", 0, Start, 1);
            await File.WriteAllBytesAsync(Path.Combine(mount, "filler"), new byte[3 << 20]);
            await Assert.ThrowsAsync<IOException>(() => FillUntilRefusedAsync(fixture));
            int acknowledged = (int)fixture.Store.Statistics.SamplesAppended - 1;
            Assert.False(fixture.Store.IsWritable);

            // Full as it is, the store opens and answers; it refuses what is sent and recovers when there is room.
            await fixture.ReopenAsync();
            Assert.Single(fixture.Read("a", 0));
            Assert.Equal(acknowledged + 1, fixture.Store.Statistics.SamplesReplayed);
            await Assert.ThrowsAsync<IOException>(() => fixture.AppendAsync("a", 0, Start + 1, 2));
            Assert.False(fixture.Store.IsWritable);

            File.Delete(Path.Combine(mount, "filler"));
            await RecoverAsync(fixture);
            await fixture.AppendAsync("a", 0, Start + 1, 2);
            await fixture.ReopenAsync();
            Assert.Equal(2, fixture.Read("a", 0).Length);
            Assert.Equal(acknowledged, fixture.Store.Statistics.SamplesReplayed - 2);
            await fixture.CloseAsync();
        }

        Directory.Delete(mount);
    }

    [Fact]
    public async Task A_failed_fsync_refuses_and_the_retry_is_a_success()
    {
        await using var fixture = new StoreFixture();
        bool broken = false;
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            FsyncBeforeAck = true,
            FlushOnClose = false,
            Disk = new BreakableDisk((next, _) =>
            {
                if (broken && next == DiskOperation.Sync)
                {
                    throw new IOException("Input/output error");
                }
            }),
        };
        await fixture.AppendAsync("a", 0, Start, 1);
        broken = true;
        await Assert.ThrowsAsync<IOException>(() => fixture.AppendAsync("a", 0, Start + 1, 2));
        Assert.False(fixture.Store.IsWritable);

        // It was in the head before the disk failed, and is read; what counts is that it was not promised.
        Assert.Equal(2, fixture.Read("a", 0).Length);
        broken = false;
        await RecoverAsync(fixture);
        Assert.Equal(1, (await fixture.AppendAsync("a", 0, Start + 1, 2)).Duplicate);

        // The journal before the failure cannot be trusted any more: what it held goes into a block.
        var patience = Stopwatch.StartNew();
        while (fixture.Store.Statistics.Blocks == 0)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "The flush that is owed was not made.");
            fixture.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        await fixture.ReopenAsync();
        Assert.Equal(2, fixture.Read("a", 0).Length);
    }

    [Fact]
    public async Task Permissions_taken_away_refuse_like_a_full_disk()
    {
        await using var fixture = new StoreFixture();
        bool denied = false;
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            FlushOnClose = false,
            JournalSegmentBytesMax = 1 << 20,
            Disk = new BreakableDisk((next, path) =>
            {
                if (denied && next is DiskOperation.Create)
                {
                    throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
                }
            }),
        };
        await fixture.AppendAsync("a", 0, Start, 1);
        denied = true;
        await Assert.ThrowsAnyAsync<Exception>(() => fixture.Store.FlushAsync(CancellationToken.None));
        await Assert.ThrowsAsync<IOException>(() => fixture.AppendAsync("a", 0, Start + 1, 2));
        Assert.Contains("is denied", fixture.Store.NotWritableReason, StringComparison.Ordinal);
        Assert.Single(fixture.Read("a", 0));
        denied = false;
        await RecoverAsync(fixture);
        await fixture.AppendAsync("a", 0, Start + 1, 2);
        await fixture.ReopenAsync();
        Assert.Equal(2, fixture.Read("a", 0).Length);
    }

    [Fact]
    public void A_read_only_file_system_is_called_so()
    {
        string mount = Directory.CreateTempSubdirectory("presage-ro-").FullName;
        using (var small = SmallFileSystem.TryMount(mount, "1m,ro"))
        {
            if (small is null)
            {
                Directory.Delete(mount);
                return;
            }

            var e = Assert.Throws<IOException>(() => SampleStore.Open(
                new StorageOptions { DataFolder = mount }, TimeProvider.System, NullLogger.Instance));
            Assert.Contains("Read-only file system", e.Message, StringComparison.Ordinal);
        }

        Directory.Delete(mount);
    }

    [Fact]
    public async Task A_file_system_that_turns_read_only_answers_queries_and_keeps_what_was_acknowledged()
    {
        await using var fixture = new StoreFixture();
        bool isReadOnly = false;
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            Disk = new BreakableDisk((_, path) =>
            {
                if (isReadOnly)
                {
                    // What the kernel says of every change once it has given a file system up.
                    throw new IOException($"Read-only file system : '{path}'", LocalDisk.ReadOnlyFileSystem);
                }
            }),
        };
        await fixture.AppendAsync(("a", 0, Start - 3_600_000, 1), ("b", 1, Start - 3_600_000, 1));
        await fixture.Store.FlushAsync(CancellationToken.None);
        await fixture.AppendAsync(("a", 0, Start, 2), ("b", 1, Start, 2));
        var before = fixture.Read("a", 0);
        isReadOnly = true;
        var refused = await Assert.ThrowsAsync<IOException>(() => fixture.AppendAsync("a", 0, Start + 1, 3));
        Assert.Contains("Read-only file system", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => fixture.DeleteAsync(
            StoreFixture.Always, new LabelMatcher("i", MatchOperator.Equal, "1")));
        fixture.Time.Advance(TimeSpan.FromHours(30));
        await Assert.ThrowsAsync<IOException>(() => fixture.Store.CareNowAsync(CancellationToken.None));
        Assert.Equal(before, fixture.Read("a", 0));
        Assert.Equal(2, fixture.Read("b", 1).Length);
        Assert.Contains("Read-only file system", fixture.Store.NotWritableReason, StringComparison.Ordinal);
        await fixture.CloseAsync();

        isReadOnly = false;
        fixture.Open();
        Assert.Equal(before, fixture.Read("a", 0));
        Assert.Equal(2, fixture.Read("b", 1).Length);
        Assert.Empty(fixture.Store.Statistics.Damages);
    }

    static long JournalBytesOfOneSample { get; set; }

    static async Task FillUntilRefusedAsync(StoreFixture fixture)
    {
        for (int i = 0; i < 5_000; i++)
        {
            var samples = new (string, int, long, double)[200];
            for (int j = 0; j < samples.Length; j++)
            {
                samples[j] = ("fill", 2, Start + (i * 200) + j - 3_000_000, Math.Sqrt((i * 200) + j));
            }

            await fixture.AppendAsync(samples);
        }
    }

    /// <summary>The store tries once a second; the clock is ours, the thread is the pool's.</summary>
    static async Task RecoverAsync(StoreFixture fixture)
    {
        var patience = Stopwatch.StartNew();
        while (!fixture.Store.IsWritable)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), fixture.Store.NotWritableReason);
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}

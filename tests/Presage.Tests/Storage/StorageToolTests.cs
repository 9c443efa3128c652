using Presage.Api;
using Presage.Cli;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>Snapshots, and the tools for a folder whose server is stopped.</summary>
public sealed class StorageToolTests
{
    const long Start = StoreFixture.StartMs;
    const int Samples = 400;

    [Fact]
    public async Task A_snapshot_holds_every_acknowledged_sample_and_the_store_goes_on()
    {
        await using var fixture = new StoreFixture();
        await FillAsync(fixture);
        await fixture.Store.FlushAsync(CancellationToken.None);
        await fixture.AppendAsync(("a", 0, Start + 500_000, 7), ("c", 5, Start + 500_000, 8));
        string snapshot = Path.Combine(fixture.Folder, "snapshots", "one");

        await fixture.Store.SnapshotAsync(snapshot, CancellationToken.None);
        await fixture.AppendAsync("a", 0, Start + 501_000, 9);
        await fixture.Store.FlushAsync(CancellationToken.None);

        Assert.Equal(Samples + 2, fixture.Read("a", 0).Length);
        await using var copy = SampleStore.Open(
            new StorageOptions { DataFolder = snapshot }, fixture.Time, Microsoft.Extensions.Logging.Abstractions
                .NullLogger.Instance);
        Assert.Equal(
            fixture.Read("a", 0)[..^1], StoreFixture.Read(copy, StoreFixture.LabelsOf("a", 0), StoreFixture.Always));
        Assert.Single(StoreFixture.Read(copy, StoreFixture.LabelsOf("c", 5), StoreFixture.Always));
        Assert.Empty(copy.Statistics.Damages);
    }

    [Fact]
    public async Task A_snapshot_of_an_empty_journal_goes_on_with_its_numbers()
    {
        await using var fixture = new StoreFixture();
        await using var copy = new StoreFixture();
        await using var crashed = new StoreFixture();
        await fixture.AppendAsync("a", 0, Start, 1);
        await fixture.Store.FlushAsync(CancellationToken.None);
        string snapshot = Path.Combine(fixture.Folder, "snapshots", "one");
        await fixture.Store.SnapshotAsync(snapshot, CancellationToken.None);
        StoreFiles.Copy(snapshot, copy.Folder);

        // Its hour is covered, by segments that the copy never had.
        await copy.AppendAsync("a", 0, Start + 1000, 2);
        StoreFiles.Copy(copy.Folder, crashed.Folder);
        Assert.Equal(2, crashed.Read("a", 0).Length);
    }

    [Fact]
    public async Task Verify_names_a_damaged_page_and_repair_keeps_all_the_rest()
    {
        await using var fixture = new StoreFixture();
        await FillAsync(fixture);
        await fixture.Store.FlushAsync(CancellationToken.None);
        await fixture.CloseAsync();
        using (var whole = DataFolder.Open(fixture.Folder))
        {
            Assert.Empty(whole.Verify(static _ => { }));
        }

        string block = Assert.Single(Directory.GetFiles(Path.Combine(fixture.Folder, "blocks"), "*.block"));
        byte[] bytes = await File.ReadAllBytesAsync(block);
        bytes[BlockFormat.HeaderBytes + 40] ^= 1;
        await File.WriteAllBytesAsync(block, bytes);
        using (var damaged = DataFolder.Open(fixture.Folder))
        {
            var damage = Assert.Single(damaged.Verify(static _ => { }));
            Assert.Equal((block, 16L), (damage.File, damage.OffsetBytes));
            Assert.StartsWith("256 chunks of host a, 2027-01-15 08:00 to", damage.Reason);
            Assert.Equal(1, damaged.Repair(static _ => { }));
            Assert.Empty(damaged.Verify(static _ => { }));
        }

        Assert.True(File.Exists(block + ".damaged"));
        fixture.Open();
        Assert.Empty(fixture.Read("a", 0));
        Assert.Equal(Samples, fixture.Read("b", 199).Length);
        Assert.Empty(fixture.Store.Statistics.Damages);
    }

    [Fact]
    public async Task A_folder_in_use_is_refused_with_the_holder_named()
    {
        await using var fixture = new StoreFixture();
        fixture.Open();

        var refused = Assert.Throws<DataFolderLockedException>(() => DataFolder.Open(fixture.Folder));
        Assert.Contains($"{Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exports_what_the_importers_of_others_read()
    {
        await using var fixture = new StoreFixture();
        await fixture.AppendAsync(
            ("a", 0, Start, 1.5), ("a", 0, Start + 1, double.PositiveInfinity),
            ("a", 0, Start + 2000, SampleValue.StaleMarker), ("b", 1, Start, 1e21));

        Assert.Equal(
            """
            # TYPE metric_0 unknown
            metric_0{i="0",instance="a:9100"} 1.5 1800000000
            metric_0{i="0",instance="a:9100"} +Inf 1800000000.001
            # TYPE metric_1 unknown
            metric_1{i="1",instance="b:9100"} 1e+21 1800000000
            # EOF

            """,
            await Export(fixture, csv: false),
            ignoreLineEndingDifferences: true);
        Assert.Contains(
            "1800000000000,1.5,\"metric_0{i=\"\"0\"\",instance=\"\"a:9100\"\"}\"\n", await Export(fixture, csv: true),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replacement_that_a_crash_cut_in_two_is_finished_or_never_was()
    {
        await using var fixture = new StoreFixture();
        await FillAsync(fixture);
        await fixture.Store.FlushAsync(CancellationToken.None);
        await fixture.CloseAsync();
        var disk = LocalDisk.Instance;
        string folder = Path.Combine(fixture.Folder, "blocks");
        string old = Assert.Single(Directory.GetFiles(folder, "*.block"));
        string come = Path.Combine(folder, "20270115T0800-00000099.block");

        // The new file lies there, the list was never written: nothing happened.
        File.Copy(old, come + BlockWriter.TemporarySuffix);
        fixture.Open();
        Assert.Equal(Samples, fixture.Read("a", 0).Length);
        Assert.False(File.Exists(come + BlockWriter.TemporarySuffix));
        await fixture.CloseAsync();

        // The list is complete: the rest happens now.
        File.Copy(old, come + BlockWriter.TemporarySuffix);
        Replacement.Commit(disk, fixture.Folder, [come], [old]);
        fixture.Open();
        Assert.Equal(Samples, fixture.Read("a", 0).Length);
        Assert.Equal(come, Assert.Single(Directory.GetFiles(folder, "*.block")));
        Assert.Empty(Directory.GetFiles(fixture.Folder, "*.replacement"));
        await fixture.CloseAsync();

        // The list names a file that is not there: it was given up.
        Replacement.Commit(disk, fixture.Folder, [old], [come]);
        fixture.Open();
        Assert.Equal(Samples, fixture.Read("a", 0).Length);
        await fixture.CloseAsync();

        // The list was torn: it counts for nothing.
        File.Copy(come, old + BlockWriter.TemporarySuffix);
        string list = Replacement.Commit(disk, fixture.Folder, [old], [come]);
        await File.WriteAllBytesAsync(list, (await File.ReadAllBytesAsync(list))[..^5]);
        fixture.Open();
        Assert.Equal(come, Assert.Single(Directory.GetFiles(folder, "*.block")));
    }

    static async Task<string> Export(StoreFixture fixture, bool csv)
    {
        using var text = new StringWriter();
        await new SeriesExport(fixture.Store, text, csv).WriteAsync([], StoreFixture.Always, CancellationToken.None);
        return text.ToString();
    }

    /// <summary>200 series each of two hosts, so that the block has more than one page.</summary>
    static async Task FillAsync(StoreFixture fixture)
    {
        fixture.Time.Advance(TimeSpan.FromMinutes(20));
        for (int i = 0; i < 200; i++)
        {
            var batch = new (string Host, int I, long TimestampMs, double Value)[Samples * 2];
            for (int s = 0; s < Samples; s++)
            {
                batch[s] = ("a", i, Start + (s * 1000), s % 7 * i);
                batch[Samples + s] = ("b", i, Start + (s * 1000), Math.Sqrt(s + i));
            }

            Assert.Equal(Samples * 2, (await fixture.AppendAsync(batch)).Accepted);
        }
    }
}

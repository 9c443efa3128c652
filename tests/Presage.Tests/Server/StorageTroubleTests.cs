using System.Diagnostics;
using Presage.Notifying;
using Presage.Storage;
using Presage.Tests.Storage;
using Xunit;

namespace Presage.Tests.Server;

public sealed class StorageTroubleTests
{
    [Fact]
    public async Task Blocks_that_cannot_be_written_are_no_news_on_a_full_disk_and_not_said_to_be_over_either()
    {
        await using var fixture = new StoreFixture();
        bool blocksFail = false;
        bool allFails = false;
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            FlushOnClose = false,
            Disk = new BreakableDisk((_, path) =>
            {
                if (allFails || (blocksFail && path.EndsWith(".block.tmp", StringComparison.Ordinal)))
                {
                    throw new IOException("No space left on device");
                }
            }),
        };
        await fixture.AppendAsync("a", 0, StoreFixture.StartMs, 1);
        var notTidy = StorageTrouble.NotTidy();
        var notWritable = StorageTrouble.NotWritable();
        (bool Blocks, bool KnownBlocks, bool Samples) Said() => (
            notTidy.ReasonIn(fixture.Store, false) is not null, notTidy.ReasonIn(fixture.Store, true) is not null,
            notWritable.ReasonIn(fixture.Store, false) is not null);

        Assert.Equal((false, false, false), Said());
        blocksFail = true;
        await Assert.ThrowsAsync<IOException>(() => fixture.Store.FlushAsync(CancellationToken.None));
        Assert.Equal((true, true, false), Said());
        Assert.Contains(
            "since 12:00 UTC: No space left on device. Samples are safe",
            notTidy.Begins("box", "12:00", notTidy.ReasonIn(fixture.Store, false)!), StringComparison.Ordinal);
        allFails = true;
        await Assert.ThrowsAsync<IOException>(() => fixture.AppendAsync("a", 0, StoreFixture.StartMs + 1, 2));
        Assert.Equal((false, true, true), Said());
        Assert.EndsWith(
            "cannot be written: No space left on device. Samples are refused until it can.",
            notWritable.ReasonIn(fixture.Store, false)!, StringComparison.Ordinal);

        blocksFail = false;
        allFails = false;
        var patience = Stopwatch.StartNew();
        while (!fixture.Store.IsWritable)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), fixture.Store.NotWritableReason);
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await fixture.Store.FlushAsync(CancellationToken.None);
        Assert.Equal((false, false, false), Said());
    }
}

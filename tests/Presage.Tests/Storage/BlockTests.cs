using CsCheck;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

public sealed class BlockTests
{
    const long Start = StoreFixture.StartMs;

    [Fact]
    public async Task An_hour_goes_into_a_block_and_its_journal_is_deleted()
    {
        await using var fixture = new StoreFixture();
        fixture.Open();
        for (int minute = 0; minute < 130; minute++)
        {
            fixture.Time.Advance(TimeSpan.FromMinutes(1));
            await fixture.AppendAsync(
                ("a", 0, Start + (minute * 60_000), minute), ("b", 1, Start + (minute * 60_000), minute));
        }

        await UntilAsync(() => fixture.Store.Statistics.Blocks == 2);
        Assert.Equal(130, fixture.Read("a", 0).Length);
        long replayed = (await fixture.ReopenAsync()).Statistics.SamplesReplayed;
        Assert.InRange(replayed, 20, 30);
        Assert.Equal(130, fixture.Read("a", 0).Length);
        Assert.Equal(130, fixture.Read("b", 1).Length);
    }

    [Fact]
    public async Task Selecting_and_reading_go_over_blocks_and_head()
    {
        await using var fixture = new StoreFixture();
        for (int i = 0; i < 600; i++)
        {
            await fixture.AppendAsync($"h{i % 2}", i, Start, i);
        }

        await fixture.Store.FlushAsync(CancellationToken.None);
        await fixture.AppendAsync("h0", 0, Start + 1, 7);
        await fixture.AppendAsync("h9", 900, Start + 1, 7);

        Assert.Equal(601, fixture.Store.Select([], StoreFixture.Always).Count);
        Assert.Equal(300, fixture.Store.ForHost("h0").Select([], StoreFixture.Always).Count);
        Assert.Equal(2, fixture.Read("h0", 0).Length);
        Assert.Single(fixture.Read("h1", 599));
        Assert.Equal(["h0", "h1", "h9"], fixture.Store.Hosts);
        var regex = new LabelMatcher("i", MatchOperator.RegexMatch, "59.|900");
        Assert.Equal(11, fixture.Store.Select([regex], StoreFixture.Always).Count);
        Assert.Equal(590, fixture.Store.Select(
            [new LabelMatcher("i", MatchOperator.RegexNoMatch, "59.|900")], StoreFixture.Always).Count);
        Assert.Equal(["h0:9100", "h1:9100", "h9:9100"], fixture.Store.LabelValues("instance", [], StoreFixture.Always));
        Assert.Equal(["900"], fixture.Store.ForHost("h9").LabelValues("i", [], StoreFixture.Always));
        Assert.Equal(["__name__", "i", "instance"], fixture.Store.LabelNames([regex], StoreFixture.Always));
    }

    [Fact]
    public async Task Label_lists_of_many_series_come_from_postings_and_agree_with_those_of_few()
    {
        await using var fixture = new StoreFixture();
        for (int from = 0; from < 9000; from += 3000)
        {
            await fixture.AppendAsync(
                [.. Enumerable.Range(from, 3000).Select(static i => ($"h{i % 3}", i, Start, 1.0))]);
        }

        for (int flushed = 0; flushed < 2; flushed++)
        {
            var all = new LabelMatcher("i", MatchOperator.RegexMatch, ".+");
            var few = new LabelMatcher("i", MatchOperator.RegexMatch, "[1-9]..");
            Assert.Equal(
                ["h0:9100", "h1:9100", "h2:9100"], fixture.Store.LabelValues("instance", [all], StoreFixture.Always));
            Assert.Equal(
                ["h0:9100", "h1:9100", "h2:9100"], fixture.Store.LabelValues("instance", [few], StoreFixture.Always));
            Assert.Equal(9000, fixture.Store.LabelValues("i", [all], StoreFixture.Always).Count);
            Assert.Equal(900, fixture.Store.LabelValues("i", [few], StoreFixture.Always).Count);
            Assert.Equal(["__name__", "i", "instance"], fixture.Store.LabelNames([all], StoreFixture.Always));
            await fixture.Store.FlushAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_series_selected_before_a_flush_reads_the_same_after_it()
    {
        await using var fixture = new StoreFixture();
        for (int i = 0; i < 300; i++)
        {
            await fixture.AppendAsync("a", 0, Start + i, i);
        }

        var selected = Assert.Single(fixture.Store.Select([], StoreFixture.Always));
        await fixture.Store.FlushAsync(CancellationToken.None);
        fixture.Time.Advance(TimeSpan.FromHours(3));
        await fixture.Store.FlushAsync(CancellationToken.None);
        Assert.Equal(0, fixture.Store.Statistics.SeriesActive);

        var columns = new SampleColumns();
        selected.Read(StoreFixture.Always, columns);
        Assert.Equal(300, columns.Count);
    }

    [Fact]
    public async Task Retention_deletes_old_blocks()
    {
        await using var fixture = new StoreFixture();
        fixture.Options = folder => new StorageOptions { DataFolder = folder, Retention = TimeSpan.FromHours(2) };
        await fixture.AppendAsync("a", 0, Start, 1);
        await fixture.Store.FlushAsync(CancellationToken.None);
        Assert.Single(fixture.Read("a", 0));

        fixture.Time.Advance(TimeSpan.FromHours(2.5));
        await UntilAsync(() => fixture.Store.Statistics.Blocks == 0);
        Assert.Empty(fixture.Read("a", 0));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(fixture.Folder, "blocks")));
    }

    [Fact]
    public async Task A_block_with_a_damaged_index_is_set_aside_and_the_others_stay()
    {
        await using var fixture = new StoreFixture();
        await WriteTwoBlocksAsync(fixture);
        string first = Blocks(fixture)[0];
        byte[] bytes = await File.ReadAllBytesAsync(first);
        bytes[^60] ^= 1;
        await File.WriteAllBytesAsync(first, bytes);

        fixture.Open();
        var damage = Assert.Single(fixture.Store.Statistics.Damages);
        Assert.Equal((first, "The checksum of its index is wrong.", bytes.Length),
            (damage.File, damage.Reason, damage.LostBytes));
        Assert.True(File.Exists(first + ".damaged"));
        Assert.Single(fixture.Read("a", 0));
    }

    [Fact]
    public async Task A_damaged_page_is_reported_and_the_rest_of_the_answer_stays()
    {
        await using var fixture = new StoreFixture();
        await WriteTwoBlocksAsync(fixture);
        string first = Blocks(fixture)[0];
        byte[] bytes = await File.ReadAllBytesAsync(first);
        bytes[BlockFormat.HeaderBytes + 3] ^= 1;
        await File.WriteAllBytesAsync(first, bytes);

        fixture.Open();
        Assert.Single(fixture.Read("a", 0));
        var damage = Assert.Single(fixture.Store.Statistics.Damages);
        Assert.Equal(
            (first, 16L, "The checksum of a page is wrong."), (damage.File, damage.OffsetBytes, damage.Reason));
    }

    [Fact]
    public async Task Mutated_blocks_never_crash_whoever_opens_and_reads_them()
    {
        await using var fixture = new StoreFixture();
        await WriteTwoBlocksAsync(fixture);
        byte[] seed = await File.ReadAllBytesAsync(Blocks(fixture)[0]);
        string path = Path.Combine(fixture.Folder, "fuzzed.block");
        Gen.Select(Gen.Select(Gen.Int[0, seed.Length - 1], Gen.Byte).Array[0, 6], Gen.Int[0, seed.Length],
            Gen.Int[0, 3]).Sample(
            (mutations, cut, kind) =>
            {
                byte[] bytes = kind == 0 ? seed[..cut] : [.. seed];
                foreach (var (at, value) in mutations)
                {
                    if (at < bytes.Length)
                    {
                        bytes[at] = value;
                    }
                }

                if (kind > 1 && bytes.Length > BlockFormat.FooterBytes)
                {
                    // The checksum is made to hold, so that the reader meets senseless tables.
                    int indexAt = (int)BitConverter.ToInt64(seed, seed.Length - BlockFormat.FooterBytes);
                    BlockFormat.WriteFooter(
                        bytes.AsSpan(bytes.Length - BlockFormat.FooterBytes), indexAt,
                            bytes.AsSpan(indexAt..^BlockFormat.FooterBytes));
                }

                File.WriteAllBytes(path, bytes);
                TryReadAll(path);
            },
            iter: 1500, threads: 1);
    }

    [Fact]
    public void A_page_with_chunks_and_no_times_is_damage() =>
        Assert.Throws<CorruptDataException>(() => new DataPage([1, 0, 0, 0]));

    [Fact]
    public async Task An_index_that_names_more_series_than_it_has_pages_for_is_damage()
    {
        await using var fixture = new StoreFixture();
        await WriteTwoBlocksAsync(fixture);
        byte[] bytes = await File.ReadAllBytesAsync(Blocks(fixture)[0]);
        int indexAt = (int)BitConverter.ToInt64(bytes, bytes.Length - BlockFormat.FooterBytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(indexAt + ((int)IndexField.Series * 8)), 200_000_000L);
        BlockFormat.WriteFooter(
            bytes.AsSpan(bytes.Length - BlockFormat.FooterBytes), indexAt,
            bytes.AsSpan(indexAt..^BlockFormat.FooterBytes));
        string path = Path.Combine(fixture.Folder, "many.block");
        await File.WriteAllBytesAsync(path, bytes);
        Assert.Throws<CorruptDataException>(() => new Block(LocalDisk.Instance, path, new PageCache(1 << 20)));
    }

    static void TryReadAll(string path)
    {
        try
        {
            using var block = new Block(LocalDisk.Instance, path, new PageCache(1 << 20));
            using var lease = block.Borrow();
            var columns = new SampleColumns();
            foreach (int number in Selection.Select(
                block, [new LabelMatcher("i", MatchOperator.RegexMatch, ".+")], null))
            {
                _ = LabelSet.FromKey(block.Key(number));
                var place = block.PlaceOf(number);
                block.Read(place.From, place.To, StoreFixture.Always, columns);
            }

            _ = block.Hosts().Count() + block.Names().Count() + block.OfHost("a").Length;
        }
        catch (CorruptDataException e)
        {
            Assert.Equal(path, e.File);
        }
    }

    static async Task WriteTwoBlocksAsync(StoreFixture fixture)
    {
        await fixture.AppendAsync(("a", 0, Start, 1), ("b", 1, Start, 2));
        await fixture.Store.FlushAsync(CancellationToken.None);
        fixture.Time.Advance(TimeSpan.FromHours(1));
        await fixture.AppendAsync(("a", 0, Start + 3_600_000, 1), ("b", 1, Start + 3_600_000, 2));
        await fixture.Store.FlushAsync(CancellationToken.None);
        await fixture.CloseAsync();
    }

    static string[] Blocks(StoreFixture fixture) =>
        [.. Directory.EnumerateFiles(Path.Combine(fixture.Folder, "blocks"), "*.block").Order(StringComparer.Ordinal)];

    static async Task UntilAsync(Func<bool> condition)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "The condition never came true.");
            await Task.Yield();
        }
    }
}

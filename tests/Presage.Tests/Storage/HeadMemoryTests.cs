using CsCheck;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>What the head keeps its memory in: against the plainest models, and that it comes back.</summary>
public sealed class HeadMemoryTests
{
    [Fact]
    public void A_list_of_numbers_holds_what_a_sorted_set_holds() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 60]).Array[0, 300].Sample(work =>
        {
            var list = new IdList(new PostingMemory(new CellMemory()));
            var model = new SortedSet<int>();
            foreach (var (kind, id) in work)
            {
                if (kind == 0)
                {
                    Assert.Equal(model, list.Ids.ToArray());
                }
                else if (model.Contains(id))
                {
                    list.Remove(id);
                    model.Remove(id);
                }
                else
                {
                    list.Add(id);
                    model.Add(id);
                }

                Assert.Equal(model.Count, list.Count);
            }

            Assert.Equal(model, list.Ids.ToArray());
        });

    [Fact]
    public void A_long_list_comes_back_in_order_and_its_memory_goes_back()
    {
        var memory = new PostingMemory(new CellMemory());
        var lists = Enumerable.Range(0, 3).Select(_ => new IdList(memory)).ToArray();
        int[] ids = [.. Enumerable.Range(0, 100_000).Select(static i => i * 3)];
        foreach (int length in (int[])[5, 17, 1000, 20_000, 100_000])
        {
            foreach (var list in lists)
            {
                foreach (int id in ids[list.Count..length])
                {
                    list.Add(id);
                }

                Assert.True(list.Ids.SequenceEqual(ids.AsSpan(0, length)));
            }
        }

        lists[0].Add(1);
        Assert.True(lists[0].Ids.SequenceEqual([0, 1, .. ids.AsSpan(1)]));
        Assert.InRange(memory.Bytes, 1_200_000, 2_000_000);
        Array.ForEach(lists, static list => list.Free());
        Assert.Equal(memory.Cells.Bytes, memory.Bytes);
        Assert.InRange(memory.Bytes, 0, CellMemory.SlabBytes);
    }

    [Fact]
    public void Blocks_for_numbers_do_not_overlap() =>
        Gen.Select(Gen.Int[0, 30], Gen.Int[1, 40]).Array[0, 200].Sample(
            work =>
            {
                var memory = new PostingMemory(new CellMemory());
                var model = new Dictionary<int, Block>();
                foreach (var (slot, length) in work)
                {
                    // From one number to more than a region's block holds.
                    if (model.Remove(slot, out var old))
                    {
                        Assert.True(old.Holds(slot));
                        old.Return(memory);
                    }
                    else
                    {
                        model.Add(slot, Block.Of(memory, length * length * length, slot));
                    }
                }

                Assert.All(model, entry => Assert.True(entry.Value.Holds(entry.Key)));
                Assert.All(model.Values, block => block.Return(memory));
                Assert.Equal(0, memory.Bytes);
            },
            iter: 50);

    [Fact]
    public void Keys_come_back_unchanged_whatever_came_and_went() =>
        Gen.Select(Gen.Int[0, 400], Gen.Int[1, 300]).Array[1, 400].Sample(work =>
        {
            var arena = new KeyArena();
            var model = new Dictionary<int, (int Reference, byte[] Key)>();
            foreach (var (slot, length) in work)
            {
                if (model.Remove(slot, out var old))
                {
                    arena.Remove(old.Reference);
                }
                else
                {
                    byte[] key = new byte[length * (length > 295 ? 400 : 1)];
                    key.AsSpan().Fill((byte)slot);
                    model.Add(slot, (arena.Add(key), key));
                }
            }

            foreach (var (reference, key) in model.Values)
            {
                Assert.True(arena[reference].SequenceEqual(key));
                arena.Remove(reference);
            }

            Assert.Equal(0, arena.Bytes);
        });

    [Fact]
    public void Places_are_given_once_and_lowest_first() =>
        Gen.Int[0, 200].Array[0, 500].Sample(work =>
        {
            var map = new SlotMap(slabLog2: 6);
            var model = new SortedSet<int>();
            foreach (int draw in work)
            {
                if (model.Count > 0 && draw % 3 == 0)
                {
                    int place = model.ElementAt(draw % model.Count);
                    model.Remove(place);
                    Assert.Equal(!model.Any(m => m >> 6 == place >> 6), map.Return(place));
                }
                else
                {
                    int expected = Enumerable.Range(0, model.Count + 1).First(i => !model.Contains(i));
                    Assert.Equal(expected, map.Take());
                    model.Add(expected);
                }

                Assert.Equal(model.Count, map.Used);
            }
        });

    [Fact]
    public void A_table_finds_what_a_dictionary_finds() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 20_000]).Array[0, 4000].Sample(
            work =>
            {
                var slabs = new SeriesSlabs();
                var table = new SeriesTable(slabs);
                var model = new Dictionary<SeriesFingerprint, int>();
                foreach (var (kind, number) in work)
                {
                    // All in a few parts, so that each grows and shrinks.
                    var fingerprint = new SeriesFingerprint(
                        ((ulong)(number & 3) << 56) | ((ulong)number * 0x9E37_79B9 << 20), (ulong)number);
                    Assert.Equal(model.GetValueOrDefault(fingerprint, -1), table.Find(fingerprint));
                    if (kind > 0 && !model.ContainsKey(fingerprint))
                    {
                        int id = slabs.Take();
                        slabs[id].Fingerprint = fingerprint;
                        table.Add(fingerprint, id);
                        model.Add(fingerprint, id);
                        Assert.Equal(id, table.Guess(fingerprint));
                    }
                    else if (kind == 0 && model.Remove(fingerprint, out int id))
                    {
                        table.Remove(fingerprint, id);
                        slabs.Return(id);
                    }
                }

                long before = table.Bytes;
                foreach (var (fingerprint, id) in model)
                {
                    Assert.Equal(id, table.Find(fingerprint));
                    table.Remove(fingerprint, id);
                }

                Assert.InRange(table.Bytes, 1, before);
                Assert.All(model.Keys, fingerprint => Assert.Equal(-1, table.Find(fingerprint)));
            },
            iter: 20);

    [Fact]
    public void The_place_of_a_series_that_left_is_empty_for_who_still_looks_there()
    {
        var slabs = new SeriesSlabs();
        const int Count = 70_000;
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(i, slabs.Take());
            slabs[i].IsUsed = true;
            slabs[i].Host = 7;
        }

        for (int i = 0; i < Count; i++)
        {
            slabs.Return(i);
        }

        Assert.Equal((0, Count), (slabs.Count, slabs.End));
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal((false, 0), (slabs[i].IsUsed, slabs[i].Host));
        }

        Assert.Equal(0, slabs.Take());
        Assert.Equal(long.MinValue, slabs[0].LastMs);
    }

    [Fact]
    public async Task Series_that_ended_leave_memory_and_others_take_their_place()
    {
        await using var fixture = new StoreFixture();
        long first = 0;
        for (int hour = 0; hour < 12; hour++)
        {
            long nowMs = fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();
            var batch = new SampleBatch();
            for (int i = 0; i < 4000; i++)
            {
                batch.AddSeries(StoreFixture.LabelsOf($"h{i % 10}", (hour * 4000) + i).ToKey());
                batch.AddSample(nowMs, i);
            }

            await fixture.Store.AppendAsync(batch, CancellationToken.None);
            fixture.Time.Advance(TimeSpan.FromHours(1));
            await fixture.Store.FlushAsync(CancellationToken.None);
            first = hour == 4 ? fixture.Store.Statistics.HeadBytes : first;
        }

        Assert.InRange(fixture.Store.Statistics.SeriesActive, 4000, 12_000);
        Assert.InRange(fixture.Store.Statistics.HeadBytes, 0, first * 11 / 10);
        Assert.Equal(48_000, fixture.Store.Select([], StoreFixture.Always).Count);

        fixture.Time.Advance(TimeSpan.FromHours(5));
        await fixture.Store.FlushAsync(CancellationToken.None);
        Assert.Equal((0, 0), (fixture.Store.Statistics.SeriesActive, fixture.Store.Statistics.HostsActive));
        Assert.InRange(fixture.Store.Statistics.HeadBytes, 0, 3_000_000);
        Assert.Equal(48_000, fixture.Store.Select([], StoreFixture.Always).Count);
    }

    /// <summary>A block full of one number.</summary>
    sealed unsafe class Block(int* first, int capacity)
    {
        public static Block Of(PostingMemory memory, int count, int number)
        {
            int* first = memory.Take(count, out int capacity);
            Assert.InRange(capacity, count, (count * 5 / 4) + 2);
            new Span<int>(first, capacity).Fill(number);
            return new Block(first, capacity);
        }

        public bool Holds(int number) => !new ReadOnlySpan<int>(first, capacity).ContainsAnyExcept(number);

        public void Return(PostingMemory memory) => memory.Return(first, capacity);
    }
}

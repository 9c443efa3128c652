using CsCheck;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>The arithmetic and the bytes of roll-ups.</summary>
public sealed class RollupTests
{
    const long Start = StoreFixture.StartMs;

    const string Golden =
        "0003204008060100020238130601000206380D0601000102FC0A06010002063809070100020CF88F01021040";

    static readonly TimeRange Always = new(long.MinValue, long.MaxValue);

    [Fact]
    public void A_counter_stays_right_over_resets_and_between_buckets()
    {
        var five = new RollupColumns();
        RollupBuilder.Build(
            [Start, Start + 60_000, Start + 120_000, Start + 300_000, Start + 360_000], [10, 15, 3, 4, 9], 300_000,
            five);
        RollupBuilder.AddIncreaseBetween(five.Editable);

        Assert.Equal(
            [
                new RollupBucket(Start, 3, 15, 28, 3, 10, 3, 8),
                new RollupBucket(Start + 300_000, 4, 9, 13, 2, 4, 9, 6),
            ],
            five.Buckets.ToArray());
    }

    [Fact]
    public void A_counter_is_not_lost_where_a_bucket_begins_or_ends_with_NaN()
    {
        long[] times = [.. Enumerable.Range(0, 8).Select(static i => Start + (i * 150_000L))];
        var five = new RollupColumns();
        RollupBuilder.Build(times, [10, double.NaN, double.NaN, 15, double.NaN, double.NaN, 18, 20], 300_000, five);
        var hour = new RollupColumns();
        RollupBuilder.Combine(five.Buckets, 3_600_000, hour);
        RollupBuilder.AddIncreaseBetween(five.Editable);

        Assert.Equal([0, 5, 0, 5], five.Buckets.ToArray().Select(static b => b.Increase));
        Assert.Equal(10, Assert.Single(hour.Buckets.ToArray()).Increase);
    }

    [Fact]
    public void A_chunk_of_roll_ups_has_these_bytes()
    {
        RollupBucket[] buckets =
        [
            new(Start, 1, 3, 6, 3, 1, 3, 2), new(Start + 300_000, 4, 6, 15, 3, 4, 6, 2),
            new(Start + 600_000, 2, 9, 13, 3, 9, 2, 2),
        ];
        byte[] bytes = new byte[RollupChunk.BytesMax];
        string hex = Convert.ToHexString(bytes, 0, RollupChunk.Write(buckets, bytes));

        Assert.Equal(Golden, hex);
        Assert.Equal(buckets, Read(buckets, Convert.FromHexString(hex)));
    }

    [Fact]
    public void Every_bucket_comes_back_whatever_it_holds()
    {
        var value = Gen.Frequency(
            (3, Gen.Int[-50, 50].Select(static i => (double)i)), (2, Gen.Double), (1, Gen.Const(double.NaN)),
            (1, Gen.Const(-0.0)));
        var bucket = Gen.Select(value, value, value, value, value, value, Gen.Int[1, 1_000_000]).Select(
            static (min, max, sum, first, last, increase, count) =>
                new RollupBucket(0, min, max, sum, count, first, last, increase));
        bucket.Array[1, 240].Sample(
            buckets =>
            {
                for (int i = 0; i < buckets.Length; i++)
                {
                    buckets[i] = buckets[i] with { StartMs = Start + (i * 300_000L) };
                }

                byte[] bytes = new byte[RollupChunk.BytesMax];
                int length = RollupChunk.Write(buckets, bytes);
                Assert.Equal(buckets, Read(buckets, bytes.AsSpan(0, length)));
            },
            iter: 300, threads: 1);
    }

    [Fact]
    public void Mutated_chunks_never_crash_their_reader()
    {
        var buckets = Enumerable.Range(0, 50)
            .Select(static i => new RollupBucket(Start + (i * 300_000L), i, i * 2, i / 3.0, 5, i, i + 1, i % 7))
            .ToArray();
        byte[] seed = new byte[RollupChunk.BytesMax];
        seed = seed[..RollupChunk.Write(buckets, seed)];
        Gen.Select(Gen.Select(Gen.Int[0, seed.Length - 1], Gen.Byte).Array[0, 5], Gen.Int[0, seed.Length]).Sample(
            (mutations, cut) =>
            {
                byte[] bytes = [.. seed];
                foreach (var (at, by) in mutations)
                {
                    bytes[at] = by;
                }

                try
                {
                    _ = Read(buckets, bytes.AsSpan(0, cut));
                }
                catch (CorruptDataException)
                {
                    // The documented answer.
                }
            },
            iter: 3000, threads: 1);
    }

    static RollupBucket[] Read(RollupBucket[] like, ReadOnlySpan<byte> bytes)
    {
        byte[] time = new byte[TimeColumn.BytesMax(240)];
        int length = TimeColumn.Write([.. like.Select(static b => b.StartMs)], time);
        var columns = new RollupColumns();
        RollupChunk.Read(time.AsSpan(0, length), bytes, Always, 300_000, columns);
        return columns.Buckets.ToArray();
    }
}

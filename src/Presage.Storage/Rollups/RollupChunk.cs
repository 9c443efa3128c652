using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Up to 240 buckets of one series: a time column of their beginnings, then a byte that says which columns follow from
/// others, then the other columns, each with its length, in the codec of raw values. Drawn in docs/formats/rollup.md.
/// </summary>
static class RollupChunk
{
    /// <summary>Room that the columns of a chunk need at most.</summary>
    public static int BytesMax { get; } = 1 + (Columns * (Varint.LengthMax + ValueStream.BytesMax(Chunk.SamplesMax)));

    // What a reader makes of the columns before, when the bit is set.
    const byte LastIsFirst = 1;
    const byte MinIsFirst = 2;
    const byte MaxIsLast = 4;
    const byte SumIsProduct = 8;
    const byte IncreaseIsDifference = 16;
    const byte Known = 31;

    /// <summary>Count, first, last, minimum, maximum, sum, increase.</summary>
    const int Columns = 7;

    /// <summary>Writes the columns of 1 to 240 buckets; returns the bytes written.</summary>
    public static int Write(ReadOnlySpan<RollupBucket> buckets, Span<byte> destination)
    {
        byte flags = FlagsOf(buckets);
        destination[0] = flags;
        int at = 1;
        Span<double> column = stackalloc double[buckets.Length];
        for (int number = 0; number < Columns; number++)
        {
            if (IsDerived(number, flags))
            {
                continue;
            }

            for (int i = 0; i < column.Length; i++)
            {
                column[i] = Get(buckets[i], number);
            }

            at += WriteColumn(column, destination[at..]);
        }

        return at;
    }

    /// <summary>Appends the buckets that overlap the range.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a chunk of roll-ups.</exception>
    public static void Read(
        ReadOnlySpan<byte> time, ReadOnlySpan<byte> values, TimeRange range, long stepMs, RollupColumns columns)
    {
        int count = TimeColumn.ReadCount(time, out _);
        Span<long> starts = stackalloc long[count];
        TimeColumn.Read(time, starts);
        long fromMs = range.FromMs < long.MinValue + stepMs ? long.MinValue : range.FromMs - stepMs + 1;
        if (starts[0] > range.ToMs || starts[^1] < fromMs)
        {
            return;
        }

        if (values.IsEmpty || values[0] > Known)
        {
            throw new CorruptDataException("A chunk of roll-ups is empty or has unknown flags.");
        }

        byte flags = values[0];
        int at = 1;
        Span<double> all = stackalloc double[Columns * count];
        for (int number = 0; number < Columns; number++)
        {
            var column = all.Slice(number * count, count);
            if (IsDerived(number, flags))
            {
                Derive(number, all, column);
                continue;
            }

            int length = Varint.ReadBounded(values, ref at, values.Length);
            if (length > values.Length - at)
            {
                throw new CorruptDataException("A chunk of roll-ups is cut short.");
            }

            ValueColumn.Read(values.Slice(at, length), column);
            at += length;
        }

        for (int i = 0; i < count; i++)
        {
            if (starts[i] <= range.ToMs && starts[i] >= fromMs)
            {
                columns.Add(new RollupBucket(
                    starts[i], all[(3 * count) + i], all[(4 * count) + i], all[(5 * count) + i],
                    CountOf(all[i]), all[count + i], all[(2 * count) + i], all[(6 * count) + i]));
            }
        }
    }

    static int WriteColumn(ReadOnlySpan<double> column, Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[ValueStream.BytesMax(column.Length)];
        var stream = new ValueStream();
        int length = stream.Begin(column, bytes);
        length += stream.Finish(bytes[length..]);
        int at = Varint.Write(destination, (ulong)length);
        bytes[..length].CopyTo(destination[at..]);
        return at + length;
    }

    static byte FlagsOf(ReadOnlySpan<RollupBucket> buckets)
    {
        byte flags = Known;
        foreach (ref readonly var bucket in buckets)
        {
            flags &= (byte)~(
                (Same(bucket.Last, bucket.First) ? 0 : LastIsFirst) |
                (Same(bucket.Min, bucket.First) ? 0 : MinIsFirst) |
                (Same(bucket.Max, bucket.Last) ? 0 : MaxIsLast) |
                (Same(bucket.Sum, bucket.Count * bucket.First) ? 0 : SumIsProduct) |
                (Same(bucket.Increase, bucket.Last - bucket.First) ? 0 : IncreaseIsDifference));
        }

        return flags;
    }

    static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);

    static bool IsDerived(int column, byte flags) => column >= 2 && (flags & (1 << (column - 2))) != 0;

    static double Get(in RollupBucket bucket, int column) => column switch
    {
        0 => bucket.Count,
        1 => bucket.First,
        2 => bucket.Last,
        3 => bucket.Min,
        4 => bucket.Max,
        5 => bucket.Sum,
        _ => bucket.Increase,
    };

    static void Derive(int number, ReadOnlySpan<double> all, Span<double> column)
    {
        int count = column.Length;
        var counts = all[..count];
        var firsts = all.Slice(count, count);
        var lasts = all.Slice(2 * count, count);
        for (int i = 0; i < count; i++)
        {
            column[i] = number switch
            {
                2 or 3 => firsts[i],
                4 => lasts[i],
                5 => counts[i] * firsts[i],
                _ => lasts[i] - firsts[i],
            };
        }
    }

    static long CountOf(double count) => count is >= 1 and <= 1L << 53
        ? (long)count
        : throw new CorruptDataException($"A bucket of {count} samples.");
}

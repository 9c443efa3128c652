// Hot path: every selected series passes here. Budget: 300 ns.
using System.Buffers;
using System.Buffers.Binary;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Sorts series in the order of their label sets without comparing text: the labels are written behind each other so
/// that their bytes have that order, and sorted eight bytes at a time, the series that are still equal again by the
/// next eight. What all of them begin with, as a rule the metric's name, is so looked at once and not per comparison.
///
/// A name or value ends with 0. A 0 inside of one is followed by 255, which no UTF-8 begins with; so a text
/// comes before those it begins, a set before those that go on, and zeros behind the end change nothing.
/// </summary>
static class SeriesSort
{
    const int Word = sizeof(ulong);

    /// <summary>Sorts in place.</summary>
    public static void ByLabels(StoredSeries[] series)
    {
        if (series.Length < 2)
        {
            return;
        }

        int[] starts = ArrayPool<int>.Shared.Rent(series.Length + 1);
        byte[] bytes = WriteAll(series, starts);
        int[] order = new int[series.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Sort(new Texts(bytes, starts), order, new ulong[order.Length], 0);
        ArrayPool<byte>.Shared.Return(bytes);
        ArrayPool<int>.Shared.Return(starts);
        var sorted = new StoredSeries[series.Length];
        for (int i = 0; i < order.Length; i++)
        {
            sorted[i] = series[order[i]];
        }

        sorted.CopyTo(series, 0);
    }

    static byte[] WriteAll(StoredSeries[] series, int[] starts)
    {
        // A key has a byte of length where there is a zero here; only zeros in the text take more room than it.
        byte[] bytes = ArrayPool<byte>.Shared.Rent(1024 + (series.Length * 128));
        int at = 0;
        for (int i = 0; i < series.Length; i++)
        {
            starts[i] = at;
            int needed = (2 * series[i].Key.Length) + Word;
            if (bytes.Length - at < needed)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * bytes.Length, at + needed));
                bytes.AsSpan(0, at).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(bytes);
                bytes = larger;
            }

            var reader = new SeriesKeyReader(series[i].Key);
            while (reader.Read(out var name, out var value))
            {
                Write(name, bytes, ref at);
                Write(value, bytes, ref at);
            }
        }

        starts[series.Length] = at;
        return bytes;
    }

    static void Write(ReadOnlySpan<byte> text, byte[] bytes, ref int at)
    {
        if (text.Contains((byte)0))
        {
            foreach (byte b in text)
            {
                bytes[at++] = b;
                if (b == 0)
                {
                    bytes[at++] = 255;
                }
            }
        }
        else
        {
            text.CopyTo(bytes.AsSpan(at));
            at += text.Length;
        }

        bytes[at++] = 0;
    }

    static void Sort(in Texts texts, Span<int> order, Span<ulong> words, int depth)
    {
        while (order.Length > 1)
        {
            bool differ = false, ended = true;
            for (int i = 0; i < order.Length; i++)
            {
                words[i] = texts.WordAt(order[i], depth);
                differ |= words[i] != words[0];
                ended &= texts.EndsBefore(order[i], depth);
            }

            depth += Word;
            if (differ)
            {
                words.Sort(order);
                break;
            }

            if (ended)
            {
                return;
            }
        }

        for (int from = 0; from < order.Length;)
        {
            int to = from + 1;
            while (to < order.Length && words[to] == words[from])
            {
                to++;
            }

            if (to - from > 1)
            {
                // The words of this run are done with, so the next ones may take their room.
                Sort(texts, order[from..to], words[from..to], depth);
            }

            from = to;
        }
    }

    /// <summary>The texts of all series behind each other.</summary>
    readonly ref struct Texts(byte[] bytes, int[] starts)
    {
        public bool EndsBefore(int series, int depth) => starts[series] + depth >= starts[series + 1];

        /// <summary>Eight bytes of a text as a number that has their order; zeros behind its end.</summary>
        public ulong WordAt(int series, int depth)
        {
            int at = starts[series] + depth;
            int left = starts[series + 1] - at;
            if (left >= Word)
            {
                return BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at));
            }

            if (left <= 0)
            {
                return 0;
            }

            Span<byte> rest = stackalloc byte[Word];
            rest.Clear();
            bytes.AsSpan(at, left).CopyTo(rest);
            return BinaryPrimitives.ReadUInt64BigEndian(rest);
        }
    }
}

using Presage.Metrics;

namespace Presage.Storage;

/// <summary>Reads every page and chunk of a block and says what does not hold.</summary>
static class BlockCheck
{
    public static List<StorageDamage> Run(Block block)
    {
        var found = new List<StorageDamage>();
        using var lease = block.Borrow();
        for (int series = 0; series < block.Totals.Series; series += BlockFormat.PageItems)
        {
            int count = Math.Min(BlockFormat.PageItems, block.Totals.Series - series);
            Try(found, block, () => $"{count} series", () =>
            {
                var page = block.UnpackKeys(series);
                for (int i = 0; i < count; i++)
                {
                    _ = LabelSet.FromKey(page.Key(i));
                }
            });
        }

        for (int chunk = 0; chunk < block.Totals.Chunks; chunk += BlockFormat.PageItems)
        {
            int first = chunk, count = Math.Min(BlockFormat.PageItems, block.Totals.Chunks - chunk);
            Try(
                found, block, () => $"{count} chunks of {HostsOf(block, first, count)}",
                () => ReadChunks(block, first, count));
        }

        return found;
    }

    static void ReadChunks(Block block, int first, int count)
    {
        var page = block.UnpackData(first);
        Span<long> times = stackalloc long[Chunk.SamplesMax];
        Span<double> values = stackalloc double[Chunk.SamplesMax];
        var buckets = new RollupColumns();
        for (int i = 0; i < count; i++)
        {
            var chunk = page.Chunk(i);
            if (block.Kind.IsRollup())
            {
                buckets.Clear();
                var always = new TimeRange(long.MinValue, long.MaxValue);
                RollupChunk.Read(chunk.TimeBytes, chunk.ValueBytes, always, block.Kind.StepMs(), buckets);
            }
            else
            {
                chunk.Read(times, values);
            }
        }
    }

    static void Try(List<StorageDamage> found, Block block, Func<string> what, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is CorruptDataException or FormatException)
        {
            string reason = e is CorruptDataException corrupt ? corrupt.Reason : e.Message;
            long offset = (e as CorruptDataException)?.OffsetBytes ?? 0;
            found.Add(new StorageDamage(block.Path, offset, 0, $"{what()}, {SpanOf(block)}: {reason}"));
        }
    }

    /// <summary>The hosts whose chunks lie in a page, as far as the keys can be read.</summary>
    static string HostsOf(Block block, int firstChunk, int count)
    {
        string? first = null, last = null;
        try
        {
            for (int series = 0; series < block.Totals.Series; series += BlockFormat.PageItems)
            {
                var page = block.UnpackKeys(series);
                for (int i = 0; i < page.Count; i++)
                {
                    var (from, to) = block.ChunksOf(page, series + i);
                    if (from < firstChunk + count && to > firstChunk)
                    {
                        last = System.Text.Encoding.UTF8.GetString(SeriesKey.HostOf(page.Key(i)));
                        first ??= last;
                    }
                }
            }
        }
        catch (Exception e) when (e is CorruptDataException or FormatException)
        {
            return "unknown hosts";
        }

        return first == last ? $"host {first}" : $"hosts {first} to {last}";
    }

    static string SpanOf(Block block)
    {
        var from = DateTimeOffset.FromUnixTimeMilliseconds(block.Totals.OldestMs);
        var to = DateTimeOffset.FromUnixTimeMilliseconds(block.Totals.NewestMs);
        return $"{from:yyyy-MM-dd HH:mm} to {to:yyyy-MM-dd HH:mm} UTC";
    }
}

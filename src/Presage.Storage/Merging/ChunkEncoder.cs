using Presage.Metrics;

namespace Presage.Storage;

/// <summary>Writes samples, or buckets, of one series as chunks of at most 240.</summary>
static class ChunkEncoder
{
    /// <summary>Writes ascending samples, evenly spread over as few chunks as they need.</summary>
    public static void Write(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values, BlockWriter writer)
    {
        Span<byte> time = stackalloc byte[TimeColumn.BytesMax(Chunk.SamplesMax)];
        Span<byte> column = stackalloc byte[ValueStream.BytesMax(Chunk.SamplesMax)];
        int size = SizeFor(values.Length);
        for (int from = 0; from < values.Length; from += size)
        {
            int count = Math.Min(size, values.Length - from);
            int timeLength = TimeColumn.Write(timestampsMs.Slice(from, count), time);
            var stream = new ValueStream();
            int length = stream.Begin(values.Slice(from, count), column);
            length += stream.Finish(column[length..]);
            var span = new ChunkSpan(count, timestampsMs[from], timestampsMs[from + count - 1]);
            writer.AddChunk(time[..timeLength], column[..length], span);
        }
    }

    /// <summary>Writes ascending buckets, with room for the columns of one chunk.</summary>
    public static void Write(ReadOnlySpan<RollupBucket> buckets, BlockWriter writer, byte[] columns)
    {
        Span<byte> time = stackalloc byte[TimeColumn.BytesMax(Chunk.SamplesMax)];
        Span<long> starts = stackalloc long[Chunk.SamplesMax];
        int size = SizeFor(buckets.Length);
        for (int from = 0; from < buckets.Length; from += size)
        {
            int count = Math.Min(size, buckets.Length - from);
            for (int i = 0; i < count; i++)
            {
                starts[i] = buckets[from + i].StartMs;
            }

            int timeLength = TimeColumn.Write(starts[..count], time);
            int length = RollupChunk.Write(buckets.Slice(from, count), columns);
            writer.AddChunk(
                time[..timeLength], columns.AsSpan(0, length), new ChunkSpan(count, starts[0], starts[count - 1]));
        }
    }

    static int SizeFor(int count)
    {
        int chunks = (count + Chunk.SamplesMax - 1) / Chunk.SamplesMax;
        return chunks == 0 ? 1 : (count + chunks - 1) / chunks;
    }
}

using System.Text.Json;
using Presage.Metrics;
using Presage.Protocols.Tsdb;

namespace Presage.Import;

/// <summary>
/// The blocks of a Prometheus data folder or snapshot. What is in its write-ahead log only is not read: make a snapshot
/// (`/api/v1/admin/tsdb/snapshot`), which holds it as a block.
/// </summary>
static class TsdbSource
{
    public static IReadOnlyList<ImportPart> Parts(DirectoryInfo folder, long fromMs, long toMs)
    {
        var blocks = folder.EnumerateDirectories()
            .Append(folder)
            .Where(static d => File.Exists(Path.Combine(d.FullName, "meta.json")))
            .Select(static d => (Folder: d, Meta: ReadMeta(d)))
            .Where(b => b.Meta.MinTime <= toMs && b.Meta.MaxTime >= fromMs)
            .OrderBy(static b => b.Meta.MinTime)
            .ToList();
        return blocks.Count > 0
            ? [.. blocks.Select(b => new ImportPart(
                $"block {b.Meta.Ulid} {fromMs} {toMs}", 1 + b.Meta.Stats?.NumSamples ?? 1,
                (writer, token) => ReadAsync(b.Folder, fromMs, toMs, writer, token)))]
            : throw new ImportException(
                $"{folder.FullName} holds no blocks of a Prometheus in this span (folders with meta.json, index and " +
                "chunks).");
    }

    static async Task ReadAsync(
        DirectoryInfo folder, long fromMs, long toMs, ImportWriter writer, CancellationToken token)
    {
        try
        {
            using var chunks = new TsdbChunkFiles(folder);
            var index = TsdbIndex.Open(await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "index"), token));
            string stones = Path.Combine(folder.FullName, "tombstones");
            var deleted = File.Exists(stones) ? TsdbTombstones.Read(await File.ReadAllBytesAsync(stones, token)) : null;
            while (index.Read(writer.Batch))
            {
                AddChunks(index, chunks, deleted, fromMs, toMs, writer, histograms: false);
                AddChunks(index, chunks, deleted, fromMs, toMs, writer, histograms: true);
                writer.Progress = index.Progress;
                await writer.FlushIfFullAsync(token);
            }

            await writer.FlushAsync(token);
        }
        catch (InvalidDataException e)
        {
            throw new ImportException(
                $"The block {folder.FullName} is broken: {e.Message}. To import the others, move it away.", e);
        }
    }

    /// <summary>
    /// Adds the plain samples of the series that the batch stands at, or (behind them, as series of their own) its
    /// histograms.
    /// </summary>
    static void AddChunks(
        TsdbIndex index, TsdbChunkFiles files, TsdbTombstones? deleted, long fromMs, long toMs, ImportWriter writer,
        bool histograms)
    {
        byte[] key = histograms ? writer.Batch.KeyOf(writer.Batch.Series[^1]).ToArray() : [];
        var gone = deleted?.Of(index.SeriesRef) ?? [];
        foreach (var chunk in index.Chunks)
        {
            if (chunk.ToMs < fromMs || chunk.FromMs > toMs)
            {
                continue;
            }

            var data = files.Read(chunk, out var encoding);
            if (encoding is not (TsdbChunkFiles.Xor or HistogramChunk.Whole or HistogramChunk.Float))
            {
                throw new InvalidDataException(
                    $"a chunk has the unknown encoding {encoding} (segment {chunk.Segment + 1}, offset " +
                    $"{chunk.Offset})");
            }

            if (histograms != encoding is HistogramChunk.Whole or HistogramChunk.Float)
            {
                continue;
            }

            foreach (var (from, to) in Kept(gone, Math.Max(fromMs, chunk.FromMs), Math.Min(toMs, chunk.ToMs)))
            {
                string? problem = histograms
                    ? HistogramChunk.Add(data, encoding, from, to, key, writer.Batch)
                    : XorChunk.Add(data, from, to, writer.Batch);
                if (problem is not null)
                {
                    throw new InvalidDataException($"{problem} (segment {chunk.Segment + 1}, offset {chunk.Offset})");
                }
            }
        }
    }

    /// <summary>What is left of a span without the deleted ones.</summary>
    static List<(long From, long To)> Kept(IReadOnlyList<(long FromMs, long ToMs)> gone, long from, long to)
    {
        var kept = new List<(long From, long To)>();
        foreach (var (goneFrom, goneTo) in gone.OrderBy(static g => g.FromMs))
        {
            if (goneTo < from || goneFrom > to)
            {
                continue;
            }

            if (goneFrom > from)
            {
                kept.Add((from, goneFrom - 1));
            }

            from = goneTo == long.MaxValue ? long.MaxValue : goneTo + 1;
        }

        if (from <= to)
        {
            kept.Add((from, to));
        }

        return kept;
    }

    static BlockMeta ReadMeta(DirectoryInfo folder)
    {
        string file = Path.Combine(folder.FullName, "meta.json");
        try
        {
            return JsonSerializer.Deserialize<BlockMeta>(File.ReadAllBytes(file), JsonSerializerOptions.Web)
                is { Version: 1 } meta
                ? meta
                : throw new ImportException($"{file} is of a version that is not known; 1 is supported.");
        }
        catch (JsonException e)
        {
            throw new ImportException($"{file} is broken: {e.Message}", e);
        }
    }

    sealed record BlockMeta(string Ulid, long MinTime, long MaxTime, int Version, BlockStats? Stats);

    sealed record BlockStats(long NumSamples);
}

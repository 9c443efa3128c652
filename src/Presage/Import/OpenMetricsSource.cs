using System.IO.Compression;
using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.Import;

/// <summary>Text files with a time at every sample: OpenMetrics (seconds) or Prometheus text (milliseconds), perhaps
/// gzip.</summary>
static class OpenMetricsSource
{
    const int BufferBytes = 4 << 20;

    public static IReadOnlyList<ImportPart> Parts(
        IEnumerable<FileInfo> files, bool isOpenMetrics, IReadOnlyList<Label> extra) =>
        [.. files.Select(file => new ImportPart(
            $"{file.FullName} {file.Length}", file.Length,
            (writer, token) => ReadAsync(file, isOpenMetrics, extra, writer, token)))];

    static async Task ReadAsync(
        FileInfo file, bool isOpenMetrics, IReadOnlyList<Label> extra, ImportWriter writer, CancellationToken token)
    {
        await using var raw = file.OpenRead();
        await using Stream text = file.Extension == ".gz" ? new GZipStream(raw, CompressionMode.Decompress) : raw;
        var parser = new ExpositionParser(new ExpositionLimits { SamplesMax = int.MaxValue }) { ExtraLabels = extra };
        byte[] buffer = new byte[BufferBytes];
        int held = 0, lines = 0;
        bool ended = false;
        while (true)
        {
            int read = await ReadAsync(file, text, buffer.AsMemory(held), token);
            held += read;
            int whole = read == 0 ? held : buffer.AsSpan(0, held).LastIndexOf((byte)'\n') + 1;
            if (whole == 0 && held == buffer.Length)
            {
                throw new ImportException($"{file}: line {lines + 1} is longer than {BufferBytes} bytes.");
            }

            if (!parser.TryParseLines(
                buffer.AsSpan(0, whole), isOpenMetrics, writer.Batch, ref lines, ref ended, out var error))
            {
                throw new ImportException($"{file}: {error.Message}");
            }

            buffer.AsSpan(whole, held - whole).CopyTo(buffer);
            held -= whole;
            writer.Progress = (double)raw.Position / Math.Max(1, raw.Length);
            await writer.FlushAsync(token);
            if (read == 0)
            {
                break;
            }
        }

        if (isOpenMetrics && !ended)
        {
            throw new ImportException($"{file}: # EOF is missing at the end: the file was cut off.");
        }
    }

    static async ValueTask<int> ReadAsync(
        FileInfo file, Stream text, Memory<byte> buffer, CancellationToken token)
    {
        try
        {
            return await text.ReadAsync(buffer, token);
        }
        catch (InvalidDataException e)
        {
            throw new ImportException($"{file} is no whole gzip file: {e.Message}", e);
        }
    }
}

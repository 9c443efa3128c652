using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Presage.Metrics;
using Presage.Protocols.Prometheus;
using Presage.Protocols.Tsdb;

namespace Presage.Import;

/// <summary>
/// The samples of a running Prometheus, by remote read: a day at a time, in streamed chunks, exactly as it stored them.
/// A server that has no remote read is asked by queries (<see cref="QueriedSamples"/>).
/// </summary>
static class PrometheusSource
{
    const int FrameBytesMax = 64 << 20;
    const long DayMs = 86_400_000;

    public static IReadOnlyList<ImportPart> Parts(
        HttpClient http, IReadOnlyList<LabelMatcher> matchers, string selector, long fromMs, long toMs)
    {
        var parts = new List<ImportPart>();
        for (long from = fromMs; from <= toMs;)
        {
            long begin = from, end = Math.Min(toMs, ((from / DayMs) + 1) * DayMs - 1);
            parts.Add(new ImportPart(
                $"{http.BaseAddress} {selector} {begin} {end}", 1,
                (writer, token) => ReadAsync(http, matchers, selector, begin, end, writer, token)));
            from = end + 1;
        }

        return parts;
    }

    static async Task ReadAsync(
        HttpClient http, IReadOnlyList<LabelMatcher> matchers, string selector, long fromMs, long toMs,
        ImportWriter writer, CancellationToken token)
    {
        try
        {
            using var content = new ByteArrayContent(RemoteReadRequest.Encode(fromMs, toMs, matchers));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
            content.Headers.ContentEncoding.Add("snappy");
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/read") { Content = content };
            request.Headers.Add("X-Prometheus-Remote-Read-Version", "0.1.0");
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
            if (HasNoRemoteRead(answer.StatusCode))
            {
                await new QueriedSamples(http, matchers, selector).ReadAsync(fromMs, toMs, writer, token);
                return;
            }

            if (!answer.IsSuccessStatusCode)
            {
                string text = await answer.Content.ReadAsStringAsync(token);
                throw new ImportException(
                    $"{request.RequestUri} answered {(int)answer.StatusCode}: {text.Trim()}");
            }

            if (answer.Content.Headers.ContentType?.MediaType != "application/x-streamed-protobuf")
            {
                throw new ImportException(
                    $"{request.RequestUri} answered with {answer.Content.Headers.ContentType}, not with streamed " +
                    "chunks (Prometheus 2.13 on).");
            }

            await using var stream = await answer.Content.ReadAsStreamAsync(token);
            await ReadFramesAsync(stream, fromMs, toMs, writer, token);
        }
        catch (HttpRequestException e)
        {
            throw new ImportException($"{http.BaseAddress} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>What servers answer that know queries and no remote read.</summary>
    static bool HasNoRemoteRead(HttpStatusCode status) => status is HttpStatusCode.NotFound
        or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest;

    /// <summary>Each frame: its length (varint), its CRC-32C (4 bytes), its bytes.</summary>
    static async Task ReadFramesAsync(
        Stream stream, long fromMs, long toMs, ImportWriter writer, CancellationToken token)
    {
        var buffered = new BufferedStream(stream, 64 << 10);
        byte[] checksum = new byte[4];
        byte[] buffer = new byte[1 << 20];
        while (await ReadLengthAsync(buffered, token) is { } length)
        {
            if (length > FrameBytesMax)
            {
                throw new ImportException($"A frame of the answer has {length} bytes; {FrameBytesMax} are the most.");
            }

            buffer = buffer.Length < length ? new byte[length] : buffer;
            try
            {
                await buffered.ReadExactlyAsync(checksum, token);
                await buffered.ReadExactlyAsync(buffer.AsMemory(0, length), token);
            }
            catch (EndOfStreamException e)
            {
                throw new ImportException("The answer was cut off within a frame. Run the import again.", e);
            }

            if (TsdbChecksum.Of(buffer.AsSpan(0, length)) != BinaryPrimitives.ReadUInt32BigEndian(checksum))
            {
                throw new ImportException("The checksum of a frame is wrong. Run the import again.");
            }

            if (RemoteReadFrame.Add(buffer.AsSpan(0, length), fromMs, toMs, writer.Batch) is { } problem)
            {
                throw new ImportException($"A frame of the answer is broken: {problem}.");
            }

            await writer.FlushIfFullAsync(token);
        }

        await writer.FlushAsync(token);
    }

    static async ValueTask<int?> ReadLengthAsync(Stream stream, CancellationToken token)
    {
        byte[] one = new byte[1];
        long length = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            if (await stream.ReadAsync(one, token) == 0)
            {
                return shift == 0 ? null : throw new ImportException("The answer was cut off. Run the import again.");
            }

            length |= (long)(one[0] & 0x7F) << shift;
            if (one[0] < 0x80)
            {
                return (int)Math.Min(length, int.MaxValue);
            }
        }

        throw new ImportException("The answer is not a stream of chunks: a length has more than five bytes.");
    }
}

// Hot path: per request.
using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Presage.Protocols;

namespace Presage.Receivers;

/// <summary>
/// A request's whole body in a pooled array; disposing gives the array back. Read as it arrives, so that the
/// connection's own buffers stay few and in cache.
/// </summary>
struct ReceivedBody : IDisposable
{
    const int FirstBytes = 64 << 10;

    readonly WireBuffers _buffers;
    byte[] _bytes;

    ReceivedBody(WireBuffers buffers, byte[] bytes, int length)
    {
        _buffers = buffers;
        _bytes = bytes;
        Length = length;
    }

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Reads the body as it is.</summary>
    /// <exception cref="BodyTooLargeException">It is larger than allowed.</exception>
    /// <exception cref="BadHttpRequestException">The connection broke, or the body ended early.</exception>
    public static ValueTask<ReceivedBody> ReadAsync(HttpContext context, WireBuffers buffers, long bytesMax)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = bytesMax;
        long? announced = context.Request.ContentLength;
        return announced > bytesMax
            ? throw new BodyTooLargeException(announced)
            : ReadAsync(
                context.Request.Body, buffers, (int)(announced + 1 ?? FirstBytes), bytesMax, context.RequestAborted);
    }

    /// <summary>Reads the body and undoes gzip where Content-Encoding says so.</summary>
    /// <exception cref="InvalidDataException">It is not gzip, although it says so.</exception>
    /// <exception cref="BodyTooLargeException">It is larger than allowed, before or after decompression.</exception>
    public static async ValueTask<ReceivedBody> ReadTextAsync(
        HttpContext context, WireBuffers buffers, long bytesMax, int textBytesMax)
    {
        var body = await ReadAsync(context, buffers, bytesMax);
        if (!context.Request.Headers.ContentEncoding.ToString().Equals("gzip", StringComparison.OrdinalIgnoreCase))
        {
            return body;
        }

        using (body)
        {
            await using var unpacked = new GZipStream(
                new MemoryStream(body._bytes, 0, body.Length), CompressionMode.Decompress);
            return await ReadAsync(unpacked, buffers, FirstBytes, textBytesMax, context.RequestAborted);
        }
    }

    public void Dispose()
    {
        if (_bytes is { Length: > 0 } bytes)
        {
            _bytes = [];
            Length = 0;
            _buffers.Return(bytes);
        }
    }

    static async ValueTask<ReceivedBody> ReadAsync(
        Stream stream, WireBuffers buffers, int capacity, long bytesMax, CancellationToken cancellationToken)
    {
        byte[] bytes = buffers.Rent(capacity);
        int length = 0;
        try
        {
            while (await stream.ReadAsync(bytes.AsMemory(length), cancellationToken) is > 0 and var read)
            {
                length += read;
                if (length > bytesMax)
                {
                    throw new BodyTooLargeException(null);
                }

                if (length == bytes.Length)
                {
                    byte[] larger = buffers.Rent(length * 2);
                    bytes.CopyTo(larger, 0);
                    buffers.Return(bytes);
                    bytes = larger;
                }
            }

            return new ReceivedBody(buffers, bytes, length);
        }
        catch
        {
            buffers.Return(bytes);
            throw;
        }
    }
}

/// <summary>A body is larger than allowed.</summary>
/// <param name="announced">Its size, where the sender said it.</param>
sealed class BodyTooLargeException(long? announced) : Exception("The body is too large.")
{
    public long? Announced => announced;

    /// <summary>The sentence for the sender.</summary>
    public string Explain(long bytesMax)
    {
        string size = announced is null ? "is" : $"has {announced} bytes, which is";
        return $"The body {size} more than {bytesMax}; send smaller requests or raise receiver.body_max.";
    }
}

using Presage.Protocols.Protobuf;
using Snappier;

namespace Presage.Protocols.Prometheus;

/// <summary>Opens the snappy block that a remote-write body is, and says what else it may be when it is none.</summary>
static class SnappyBody
{
    public const string SendLess =
        "send smaller requests (Prometheus: remote_write.queue_config.max_samples_per_send).";

    const string CompressIt = "compress it in snappy's block format (Content-Encoding: snappy).";

    /// <summary>Reads how large the message is and compares both sizes with the limits.</summary>
    public static bool TryReadSize(
        ReadOnlySpan<byte> body, RemoteWriteLimits limits, out int size, out WireError error)
    {
        size = 0;
        if (body.Length > limits.CompressedBytesMax)
        {
            error = TooLarge($"The body has {body.Length} bytes, more than the limit of {limits.CompressedBytesMax}; "
                + SendLess);
            return false;
        }

        // A snappy block opens with its decompressed length as a varint of 32 bits.
        var reader = new ProtobufReader(body, 0);
        if (!reader.ReadVarint(out ulong length) || length > uint.MaxValue)
        {
            error = NotSnappy(body, reader.Position, "its length prefix is missing or too long");
            return false;
        }

        if (length > (ulong)limits.DecompressedBytesMax)
        {
            // Other formats' magic numbers read as huge lengths: say what really came.
            error = Foreign(body) is not null
                ? NotSnappy(body, 0, "its length prefix is implausible")
                : TooLarge($"The body decompresses to {length} bytes, more than the limit of "
                    + $"{limits.DecompressedBytesMax}; " + SendLess);
            return false;
        }

        size = (int)length;
        error = default;
        return true;
    }

    /// <summary>Decompresses a body into a message of the size read.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> body, Span<byte> message, out WireError error)
    {
        int prefix = 1 + body.IndexOfAnyInRange((byte)0, (byte)0x7F);
        if (SnappyBlock.TryDecompress(body[prefix..], message))
        {
            error = default;
            return true;
        }

        return TryDecompressSlowly(body, message, out error);
    }

    /// <summary>The library says what is wrong with a block.</summary>
    static bool TryDecompressSlowly(ReadOnlySpan<byte> body, Span<byte> message, out WireError error)
    {
        string problem;
        try
        {
            if (Snappy.TryDecompress(body, message, out int written) && written == message.Length)
            {
                error = default;
                return true;
            }

            problem = $"it does not hold the {message.Length} bytes its prefix announces";
        }
        catch (InvalidDataException e)
        {
            problem = e.Message.TrimEnd('.');
        }

        error = NotSnappy(body, 0, problem);
        return false;
    }

    public static WireError TooLarge(string message) => new(WireErrorKind.TooLarge, -1, message);

    static WireError NotSnappy(ReadOnlySpan<byte> body, int position, string problem) => WireError.Malformed(
        position,
        Foreign(body) is { } foreign
            ? $"The body is {foreign}, not a snappy block; {CompressIt}"
            : $"The body is not a snappy block: {problem}; {CompressIt}");

    static string? Foreign(ReadOnlySpan<byte> body) =>
        body.IsEmpty ? "empty"
        : body.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? "gzip"
        : body.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) ? "zstd"
        : body.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x06, 0x00, 0x00, .. "sNaPpY"u8])
            ? "framed snappy (the stream format)"
        : body[0] is (byte)'{' or (byte)'[' ? "JSON"
        : body[0] == (byte)'#' ? "text"
        : null;
}

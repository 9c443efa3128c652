// Hot path: runs per byte, series and sample of every remote-write request. Nothing is allocated per series or sample;
// per request only the summary. Budget: 0.09 us a sample at one sample a series (DESIGN.md, section 7).
using System.Buffers;
using Presage.Metrics;
using Presage.Protocols.Protobuf;
using Snappier;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Reads Prometheus remote write 1.0 (https://prometheus.io/docs/specs/prw/remote_write_spec/): a snappy block holding
/// <c>WriteRequest { timeseries = 1, metadata = 3 }</c>. Broken bytes and exceeded request limits refuse the request as
/// a whole; a bad series is left out, counted and explained, and the others are kept. Labels may come in any order.
/// Stateless, thread-safe.
/// </summary>
public sealed class RemoteWriteDecoder
{
    const string CompressIt = "compress it in snappy's block format (Content-Encoding: snappy).";
    const string SendLess = "send smaller requests (Prometheus: remote_write.queue_config.max_samples_per_send).";

    readonly RemoteWriteLimits _limits;
    readonly bool _hasPlainSeries;

    public RemoteWriteDecoder(RemoteWriteLimits limits)
    {
        _limits = limits;
        _hasPlainSeries = PlainSeries.Fits(limits) && BitConverter.IsLittleEndian;
    }

    /// <summary>Decodes a request's body (snappy block format).</summary>
    /// <param name="body">The body as received.</param>
    /// <param name="batch">Cleared, then filled; empty when the result is false.</param>
    /// <param name="summary">What was decoded and what was left out.</param>
    /// <param name="error">Why the request was refused; meaningful only when the result is false.</param>
    public bool TryDecode(
        ReadOnlySpan<byte> body, SampleBatch batch, out RemoteWriteSummary summary, out WireError error)
    {
        batch.Clear();
        summary = new RemoteWriteSummary();
        if (!CheckSize(body, out int size, out error))
        {
            return false;
        }

        byte[] message = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            return Decompress(body, message.AsSpan(0, size), out error)
                && TryDecodeMessage(message.AsSpan(0, size), batch, summary, out error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>Decodes a <c>WriteRequest</c> that is not compressed.</summary>
    internal bool TryDecodeMessage(
        ReadOnlySpan<byte> message, SampleBatch batch, RemoteWriteSummary summary, out WireError error)
    {
        var series = new SeriesDecoder(_limits, batch, summary);
        var reader = new ProtobufReader(message, 0);
        int seriesSeen = 0, laterFields = 0;
        string? problem = null;
        int problemAt = 0;
        while (problem is null && !reader.AtEnd)
        {
            if (!reader.ReadTag(out int field, out var type))
            {
                break;
            }

            if (field is not (1 or 3) || type != WireType.Bytes)
            {
                laterFields += field is 4 or 5 && type == WireType.Bytes ? 1 : 0;
                if (!reader.Skip(type))
                {
                    break;
                }

                continue;
            }

            if (!reader.ReadBytes(out var value, out int position))
            {
                break;
            }

            if (field == 3)
            {
                problem = MetadataDecoder.Decode(value, position, summary, _limits, out problemAt);
            }
            else if (++seriesSeen <= _limits.SeriesMax && !(_hasPlainSeries && PlainSeries.TryAdd(
                message, position, position + value.Length, _limits.LabelsPerSeriesMax, _limits.SamplesMax, batch,
                summary)))
            {
                problem = series.Decode(value, position, seriesSeen, out problemAt);
            }

            if (seriesSeen > _limits.SeriesMax || series.IsOverSampleLimit)
            {
                batch.Clear();
                error = TooLarge($"The request holds more than {_limits.SeriesMax} series "
                    + $"or {_limits.SamplesMax} samples; " + SendLess);
                return false;
            }
        }

        if ((problem ?? reader.Problem) is { } found)
        {
            batch.Clear();
            error = WireError.Malformed(
                problem is null ? reader.Position : problemAt,
                $"The body is not a prometheus.WriteRequest: {found}. "
                    + "Send remote write 1.0 (protobuf in a snappy block).");
            return false;
        }

        return CheckVersion(seriesSeen, laterFields, out error);
    }

    bool CheckSize(ReadOnlySpan<byte> body, out int size, out WireError error)
    {
        size = 0;
        if (body.Length > _limits.CompressedBytesMax)
        {
            error = TooLarge($"The body has {body.Length} bytes, more than the limit of {_limits.CompressedBytesMax}; "
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

        if (length > (ulong)_limits.DecompressedBytesMax)
        {
            // Other formats' magic numbers read as huge lengths: say what really came.
            error = Foreign(body) is not null
                ? NotSnappy(body, 0, "its length prefix is implausible")
                : TooLarge($"The body decompresses to {length} bytes, more than the limit of "
                    + $"{_limits.DecompressedBytesMax}; " + SendLess);
            return false;
        }

        size = (int)length;
        error = default;
        return true;
    }

    static bool Decompress(ReadOnlySpan<byte> body, Span<byte> message, out WireError error)
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

    static bool CheckVersion(int series, int laterFields, out WireError error)
    {
        // Remote write 2.0 keeps its symbols and series in fields 4 and 5, so that a 1.0 reader sees nothing at all.
        bool isLater = series == 0 && laterFields > 0;
        error = isLater
            ? new WireError(WireErrorKind.Unsupported, -1,
                "The body is a remote write 2.0 message (io.prometheus.write.v2.Request); "
                + "send 1.0 (Prometheus: remote_write.protobuf_message: prometheus.WriteRequest).")
            : default;
        return !isLater;
    }

    static WireError TooLarge(string message) => new(WireErrorKind.TooLarge, -1, message);

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

// Hot path: runs per byte, series and sample of every remote-write request. Nothing is allocated per series or sample;
// per request only the summary. Budget: 0.09 us a sample at one sample a series (DESIGN.md, section 7).
using Presage.Metrics;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Reads Prometheus remote write 1.0 (https://prometheus.io/docs/specs/prw/remote_write_spec/): a snappy block holding
/// <c>WriteRequest { timeseries = 1, metadata = 3 }</c>. Broken bytes and exceeded request limits refuse the request as
/// a whole; a bad series is left out, counted and explained, and the others are kept. Labels may come in any order.
/// Thread-safe.
/// </summary>
public sealed class RemoteWriteDecoder
{
    readonly RemoteWriteLimits _limits;
    readonly bool _hasPlainSeries;
    readonly WireBuffers _buffers = new();

    public RemoteWriteDecoder(RemoteWriteLimits limits)
        : this(limits, PlainSeries.Fits(limits) && BitConverter.IsLittleEndian)
    {
    }

    /// <param name="hasPlainSeries">Whether plain series take the short way; tests compare both.</param>
    internal RemoteWriteDecoder(RemoteWriteLimits limits, bool hasPlainSeries)
    {
        _limits = limits;
        _hasPlainSeries = hasPlainSeries;
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
        if (!SnappyBody.TryReadSize(body, _limits, out int size, out error))
        {
            return false;
        }

        byte[] message = _buffers.Rent(size);
        try
        {
            return SnappyBody.TryDecompress(body, message.AsSpan(0, size), out error)
                && TryDecodeMessage(message.AsSpan(0, size), batch, summary, out error);
        }
        finally
        {
            _buffers.Return(message);
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
                error = SnappyBody.TooLarge($"The request holds more than {_limits.SeriesMax} series "
                    + $"or {_limits.SamplesMax} samples; " + SnappyBody.SendLess);
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
}

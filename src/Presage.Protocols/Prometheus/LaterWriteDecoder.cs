// Hot path: runs per byte of every remote write 2.0 request.
using System.Collections.Concurrent;
using Presage.Metrics;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Reads Prometheus remote write 2.0 (https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/): a snappy block
/// holding <c>io.prometheus.write.v2.Request { symbols = 4, timeseries = 5 }</c>. Broken bytes, references to symbols
/// that do not exist and exceeded limits refuse the request as a whole; a bad series is left out, counted and
/// explained. Native histograms are left out like bad series; exemplars and start timestamps are counted or skipped,
/// not stored. Thread-safe.
/// </summary>
public sealed class LaterWriteDecoder
{
    const int Series = 5;

    /// <summary>Of a request: each of 200,000 series brings a few texts of its own at most.</summary>
    const int SymbolsMax = 2_000_000;

    const int TablesKept = 16;

    readonly RemoteWriteLimits _limits;
    readonly bool _hasPlainSeries;
    readonly WireBuffers _buffers = new();
    readonly ConcurrentBag<SymbolTable> _tables = [];

    public LaterWriteDecoder(RemoteWriteLimits limits)
        : this(limits, PlainSeries.Fits(limits) && BitConverter.IsLittleEndian)
    {
    }

    /// <param name="hasPlainSeries">Whether plain series take the short way; tests compare both.</param>
    internal LaterWriteDecoder(RemoteWriteLimits limits, bool hasPlainSeries)
    {
        _limits = limits;
        _hasPlainSeries = hasPlainSeries;
    }

    /// <summary>Decodes a request's body (snappy block format).</summary>
    /// <param name="body">The body as received.</param>
    /// <param name="batch">Cleared, then filled; empty when the result is false.</param>
    /// <param name="knows">Whether a metric's description is known and need not be decoded. Null: none is.</param>
    /// <param name="summary">What was decoded and what was left out.</param>
    /// <param name="error">Why the request was refused; meaningful only when the result is false.</param>
    public bool TryDecode(
        ReadOnlySpan<byte> body, SampleBatch batch, KnowsMetric? knows, out RemoteWriteSummary summary,
        out WireError error)
    {
        batch.Clear();
        summary = new RemoteWriteSummary { KnowsMetric = knows };
        if (!SnappyBody.TryReadSize(body, _limits, out int size, out error))
        {
            return false;
        }

        byte[] message = _buffers.Rent(size);
        var symbols = _tables.TryTake(out var kept) ? kept : new SymbolTable();
        symbols.Clear();
        try
        {
            return SnappyBody.TryDecompress(body, message.AsSpan(0, size), out error)
                && TryDecodeMessage(message.AsSpan(0, size), symbols, batch, summary, out error);
        }
        finally
        {
            if (symbols.MayBeKept && _tables.Count < TablesKept)
            {
                _tables.Add(symbols);
            }

            _buffers.Return(message);
        }
    }

    bool TryDecodeMessage(
        ReadOnlySpan<byte> message, SymbolTable symbols, SampleBatch batch, RemoteWriteSummary summary,
        out WireError error)
    {
        if (symbols.Read(message, SymbolsMax, out int problemAt) is { } broken)
        {
            error = Malformed(problemAt, broken);
            return false;
        }

        var metadata = new MetadataRefs(symbols, _limits);
        var series = new LaterSeriesDecoder(_limits, message, symbols, metadata, batch, summary);
        var reader = new ProtobufReader(message, 0);
        int seriesSeen = 0, earlierFields = 0;
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            if (field != Series || type != WireType.Bytes)
            {
                earlierFields += field == 1 && type == WireType.Bytes ? 1 : 0;
                reader.Skip(type);
                continue;
            }

            reader.ReadBytes(out var value, out int position);
            string? problem = null;
            if (++seriesSeen <= _limits.SeriesMax && !(_hasPlainSeries && PlainRefs.TryAdd(
                message, position, position + value.Length, symbols, metadata, _limits, batch, summary)))
            {
                problem = series.Decode(value, position, seriesSeen, out problemAt);
            }

            if (problem is not null)
            {
                batch.Clear();
                error = Malformed(problemAt, problem);
                return false;
            }

            if (seriesSeen > _limits.SeriesMax || series.IsOverSampleLimit)
            {
                batch.Clear();
                error = SnappyBody.TooLarge($"The request holds more than {_limits.SeriesMax} series "
                    + $"or {_limits.SamplesMax} samples; " + SnappyBody.SendLess);
                return false;
            }
        }

        bool isEarlier = seriesSeen == 0 && earlierFields > 0;
        error = isEarlier
            ? new WireError(WireErrorKind.Unsupported, -1,
                "The body is a remote write 1.0 message, but the Content-Type says 2.0; "
                + "send application/x-protobuf;proto=prometheus.WriteRequest.")
            : default;
        return !isEarlier;
    }

    static WireError Malformed(int position, string problem) => WireError.Malformed(
        position,
        $"The body is not an io.prometheus.write.v2.Request: {problem}. "
            + "Send remote write 2.0 (protobuf in a snappy block), or 1.0 with its own Content-Type.");
}

/// <summary>Whether a metric, named in UTF-8, is described already.</summary>
public delegate bool KnowsMetric(ReadOnlySpan<byte> name);

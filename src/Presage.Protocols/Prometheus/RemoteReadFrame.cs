using Presage.Metrics;
using Presage.Protocols.Protobuf;
using Presage.Protocols.Tsdb;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Decodes one frame of a streamed remote-read answer: <c>ChunkedReadResponse { chunked_series = 1 { labels = 1,
/// chunks = 2 { min = 1, max = 2, type = 3, data = 4 } } }</c>.
/// </summary>
public static class RemoteReadFrame
{
    const ulong Xor = 1;

    /// <summary>Adds the samples of a range of time to a batch; returns what is broken, or null.</summary>
    public static string? Add(ReadOnlySpan<byte> frame, long fromMs, long toMs, SampleBatch batch)
    {
        var reader = new ProtobufReader(frame, 0);
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            if (field != 1 || type != WireType.Bytes)
            {
                reader.Skip(type);
            }
            else if (reader.ReadBytes(out var series, out int at) && AddSeries(series, at, fromMs, toMs, batch)
                is { } problem)
            {
                return problem;
            }
        }

        return reader.Problem;
    }

    static string? AddSeries(ReadOnlySpan<byte> message, int position, long fromMs, long toMs, SampleBatch batch)
    {
        batch.BeginSeries();
        var reader = new ProtobufReader(message, position);
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            if (field != 1 || type != WireType.Bytes)
            {
                reader.Skip(type);
            }
            else if (reader.ReadBytes(out var label, out int at) && AddLabel(label, at, batch) is { } problem)
            {
                return problem;
            }
        }

        if (reader.Problem is not null || !batch.EndLabels())
        {
            return reader.Problem ?? "a series has no labels, or one twice";
        }

        // Histograms become series of their own, behind the plain samples of this one.
        byte[] key = batch.KeyOf(batch.Series[^1]).ToArray();
        foreach (bool histograms in (ReadOnlySpan<bool>)[false, true])
        {
            reader.Rewind(0);
            while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
            {
                if (field != 2 || type != WireType.Bytes)
                {
                    reader.Skip(type);
                }
                else if (reader.ReadBytes(out var chunk, out int at)
                    && AddChunk(chunk, at, fromMs, toMs, batch, histograms ? key : null) is { } problem)
                {
                    return problem;
                }
            }
        }

        return null;
    }

    static string? AddLabel(ReadOnlySpan<byte> message, int position, SampleBatch batch)
    {
        var reader = new ProtobufReader(message, position);
        ReadOnlySpan<byte> name = default, value = default;
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            _ = (field, type) switch
            {
                (1, WireType.Bytes) => reader.ReadBytes(out name, out _),
                (2, WireType.Bytes) => reader.ReadBytes(out value, out _),
                _ => reader.Skip(type),
            };
        }

        if (!System.Text.Unicode.Utf8.IsValid(name) || !System.Text.Unicode.Utf8.IsValid(value))
        {
            return "a label is not UTF-8";
        }

        batch.AddLabel(name, value);
        return reader.Problem;
    }

    /// <summary>Adds a chunk of plain samples, or (where a key is given) one of histograms.</summary>
    static string? AddChunk(
        ReadOnlySpan<byte> message, int position, long fromMs, long toMs, SampleBatch batch, byte[]? key)
    {
        var reader = new ProtobufReader(message, position);
        ulong encoding = 0;
        ReadOnlySpan<byte> data = default;
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            _ = (field, type) switch
            {
                (3, WireType.Varint) => reader.ReadVarint(out encoding),
                (4, WireType.Bytes) => reader.ReadBytes(out data, out _),
                _ => reader.Skip(type),
            };
        }

        if (reader.Problem is not null)
        {
            return reader.Problem;
        }

        return encoding switch
        {
            Xor => key is null ? XorChunk.Add(data, fromMs, toMs, batch) : null,
            HistogramChunk.Whole or HistogramChunk.Float => key is null
                ? null
                : HistogramChunk.Add(data, (byte)encoding, fromMs, toMs, key, batch),
            _ => $"a chunk has the unknown encoding {encoding}",
        };
    }
}

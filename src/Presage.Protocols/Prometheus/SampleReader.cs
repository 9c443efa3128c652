// Hot path: per sample.
using Presage.Metrics;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Reads <c>Sample { value = 1 (double), timestamp = 2 (int64, ms) }</c>, field 2 of a series in both versions. The
/// start timestamp of version 2.0 is not kept.
/// </summary>
static class SampleReader
{
    const int Samples = 2;

    /// <summary>
    /// Adds all samples of a series' message to the batch's last series, the first of which begins at
    /// <paramref name="firstSample"/>; returns what is malformed.
    /// </summary>
    public static string? AddAll(
        ReadOnlySpan<byte> message, int position, int firstSample, SampleBatch batch, out int problemAt)
    {
        var reader = new ProtobufReader(message, position);
        reader.Rewind(firstSample);
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            if (field != Samples || type != WireType.Bytes)
            {
                reader.Skip(type);
                continue;
            }

            reader.ReadBytes(out var sample, out int sampleAt);
            if (Add(sample, sampleAt, batch, out problemAt) is { } problem)
            {
                return problem;
            }
        }

        problemAt = 0;
        return null;
    }

    /// <summary>Adds a sample to the batch's last series; returns what is malformed.</summary>
    public static string? Add(ReadOnlySpan<byte> sample, int position, SampleBatch batch, out int problemAt)
    {
        var reader = new ProtobufReader(sample, position);
        double value = 0;
        ulong timestamp = 0;
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            bool read = (field, type) switch
            {
                (1, WireType.Fixed64) => reader.ReadDouble(out value),
                (2, WireType.Varint) => reader.ReadVarint(out timestamp),
                _ => reader.Skip(type),
            };
            if (!read)
            {
                break;
            }
        }

        problemAt = reader.Position;
        if (reader.Problem is null)
        {
            batch.AddSample((long)timestamp, value);
        }

        return reader.Problem;
    }
}

// Hot path: per sample.
using Presage.Metrics;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>Reads <c>Sample { value = 1 (double), timestamp = 2 (int64, ms) }</c>, the same in both versions.</summary>
static class SampleReader
{
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

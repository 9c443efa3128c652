using System.Text;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>Decodes one <c>MetricMetadata { type = 1, metric_family_name = 2, help = 4, unit = 5 }</c>.</summary>
static class MetadataDecoder
{
    const int FamilyBytesMax = 512, HelpBytesMax = 4096, UnitBytesMax = 64;

    static readonly string[] Types =
        ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"];

    /// <summary>
    /// Adds an entry to the summary; entries without a name and over the limits are skipped. Returns what is malformed.
    /// </summary>
    public static string? Decode(
        ReadOnlySpan<byte> message, int position, RemoteWriteSummary summary, RemoteWriteLimits limits,
            out int problemAt)
    {
        var reader = new ProtobufReader(message, position);
        ulong type = 0;
        ReadOnlySpan<byte> family = default, help = default, unit = default;
        while (!reader.AtEnd && reader.ReadTag(out int field, out var wire))
        {
            bool read = (field, wire) switch
            {
                (1, WireType.Varint) => reader.ReadVarint(out type),
                (2, WireType.Bytes) => reader.ReadBytes(out family, out _),
                (4, WireType.Bytes) => reader.ReadBytes(out help, out _),
                (5, WireType.Bytes) => reader.ReadBytes(out unit, out _),
                _ => reader.Skip(wire),
            };
            if (!read)
            {
                break;
            }
        }

        problemAt = reader.Position;
        if (reader.Problem is null && summary.Metadata.Count < limits.MetadataMax
            && family.Length is > 0 and <= FamilyBytesMax && help.Length <= HelpBytesMax && unit.Length <= UnitBytesMax)
        {
            summary.Add(new MetricMetadata(
                Encoding.UTF8.GetString(family),
                type < (ulong)Types.Length ? Types[type] : Types[0],
                Encoding.UTF8.GetString(help),
                Encoding.UTF8.GetString(unit)));
        }

        return reader.Problem;
    }
}

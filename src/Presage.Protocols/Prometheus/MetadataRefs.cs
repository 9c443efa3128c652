using System.Text;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Decodes <c>Metadata { type = 1, help_ref = 3, unit_ref = 4 }</c>, which remote write 2.0 sends with every series.
/// Taken once per metric and request.
/// </summary>
sealed class MetadataRefs(SymbolTable symbols, RemoteWriteLimits limits)
{
    const int HelpBytesMax = 4096, UnitBytesMax = 64;

    static readonly string[] Types =
        ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"];

    /// <summary>Adds the metadata of the metric whose name is a symbol; returns what is malformed.</summary>
    public string? Decode(
        ReadOnlySpan<byte> body, ReadOnlySpan<byte> message, int position, int nameRef, RemoteWriteSummary summary,
        out int problemAt)
    {
        var reader = new ProtobufReader(message, position);
        ulong type = 0, help = 0, unit = 0;
        while (!reader.AtEnd && reader.ReadTag(out int field, out var wire))
        {
            bool read = (field, wire) switch
            {
                (1, WireType.Varint) => reader.ReadVarint(out type),
                (3, WireType.Varint) => reader.ReadVarint(out help),
                (4, WireType.Varint) => reader.ReadVarint(out unit),
                _ => reader.Skip(wire),
            };
            if (!read)
            {
                break;
            }
        }

        problemAt = reader.Position;
        if (reader.Problem is not null)
        {
            return reader.Problem;
        }

        if (help >= (ulong)symbols.Count || unit >= (ulong)symbols.Count)
        {
            return $"metadata names symbol {Math.Max(help, unit)}, and there are {symbols.Count}";
        }

        if (nameRef >= 0 && (type | help | unit) != 0 && summary.Metadata.Count < limits.MetadataMax
            && symbols[nameRef].Length <= limits.LabelNameBytesMax && symbols[(int)help].Length <= HelpBytesMax
            && symbols[(int)unit].Length <= UnitBytesMax && !symbols.Of(nameRef).IsDescribed)
        {
            symbols.Of(nameRef).IsDescribed = true;
            Add(body, nameRef, type, (int)help, (int)unit, summary);
        }

        return null;
    }

    void Add(ReadOnlySpan<byte> body, int name, ulong type, int help, int unit, RemoteWriteSummary summary)
    {
        if (!summary.Knows(Of(body, name)))
        {
            summary.Add(new MetricMetadata(
                Text(body, name), type < (ulong)Types.Length ? Types[type] : Types[0], Text(body, help),
                Text(body, unit)));
        }
    }

    ReadOnlySpan<byte> Of(ReadOnlySpan<byte> body, int symbol) =>
        body.Slice(symbols[symbol].At, symbols[symbol].Length);

    string Text(ReadOnlySpan<byte> body, int symbol) => Encoding.UTF8.GetString(Of(body, symbol));
}

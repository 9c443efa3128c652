using Presage.Metrics;
using Snappier;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Asks a Prometheus for raw samples (https://prometheus.io/docs/prometheus/latest/querying/remote_read_api/):
/// <c>ReadRequest { queries = 1 { start = 1, end = 2, matchers = 3 }, accepted_response_types = 2 }</c> in a snappy
/// block. Streamed chunks are asked for, so that neither side holds more than a few of them.
/// </summary>
public static class RemoteReadRequest
{
    /// <summary>STREAMED_XOR_CHUNKS.</summary>
    const byte StreamedChunks = 1;

    public static byte[] Encode(long fromMs, long toMs, IReadOnlyList<LabelMatcher> matchers)
    {
        var query = new List<byte>();
        WriteVarint(query, 1 << 3, (ulong)fromMs);
        WriteVarint(query, 2 << 3, (ulong)toMs);
        foreach (var matcher in matchers)
        {
            var inner = new List<byte>();
            WriteVarint(inner, 1 << 3, matcher.Operator switch
            {
                MatchOperator.Equal => 0,
                MatchOperator.NotEqual => 1,
                MatchOperator.RegexMatch => 2,
                _ => 3UL,
            });
            WriteBytes(inner, (2 << 3) | 2, System.Text.Encoding.UTF8.GetBytes(matcher.Name));
            WriteBytes(inner, (3 << 3) | 2, System.Text.Encoding.UTF8.GetBytes(matcher.Value));
            WriteBytes(query, (3 << 3) | 2, [.. inner]);
        }

        var request = new List<byte>();
        WriteBytes(request, (1 << 3) | 2, [.. query]);
        WriteBytes(request, (2 << 3) | 2, [StreamedChunks]);
        return Snappy.CompressToArray([.. request]);
    }

    static void WriteBytes(List<byte> to, byte tag, byte[] bytes)
    {
        WriteVarint(to, tag, (ulong)bytes.Length);
        to.AddRange(bytes);
    }

    static void WriteVarint(List<byte> to, byte tag, ulong value)
    {
        to.Add(tag);
        for (; value >= 0x80; value >>= 7)
        {
            to.Add((byte)(value | 0x80));
        }

        to.Add((byte)value);
    }
}

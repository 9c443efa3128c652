using System.Text;
using Presage.Metrics;
using Presage.Protocols.Prometheus;
using Snappier;

namespace Presage.Simulation;

/// <summary>The decoders of what arrives over the network.</summary>
static class ProtocolTargets
{
    const string Text = """
        # HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.
        # TYPE node_cpu_seconds_total counter
        # UNIT node_cpu_seconds seconds
        node_cpu_seconds_total{cpu="0",mode="idle"} 123.45 1800000000000
        node_cpu_seconds_total{cpu="0",mode="a \" b \\ c \n"} 1e-3 # {trace_id="x"} 1
        # TYPE h histogram
        h_bucket{le="+Inf"} 5
        h_sum NaN
        h_count 5 1800000000.5
        # EOF

        """;

    public static IEnumerable<FuzzTarget> All()
    {
        byte[] message = Message();
        byte[] body = Snappy.CompressToArray(message);
        var first = new RemoteWriteDecoder(new RemoteWriteLimits());
        var later = new LaterWriteDecoder(new RemoteWriteLimits());
        var batch = new SampleBatch();
        byte[] laterMessage = LaterMessage();
        if (!later.TryDecode(Snappy.CompressToArray(laterMessage), batch, null, out _, out var error))
        {
            throw new InvalidOperationException($"The seed is no request: {error.Message}");
        }

        yield return new FuzzTarget(
            "remote write 1.0, compressed", [body], bytes => Check(first.TryDecode(bytes, batch, out _, out _), batch));
        yield return new FuzzTarget("remote write 1.0", [message], bytes => Check(
            first.TryDecode(Snappy.CompressToArray(bytes), batch, out _, out _), batch));
        yield return new FuzzTarget("remote write 2.0", [laterMessage], bytes => Check(
            later.TryDecode(Snappy.CompressToArray(bytes), batch, null, out _, out _), batch));
        var parser = new ExpositionParser(new ExpositionLimits());
        yield return new FuzzTarget("text", [Encoding.UTF8.GetBytes(Text)], bytes =>
        {
            Check(parser.TryParse(bytes, isOpenMetrics: false, 1_800_000_000_000, batch, out _), batch);
            Check(parser.TryParse(bytes, isOpenMetrics: true, 1_800_000_000_000, batch, out _), batch);
        });
    }

    static byte[] Message()
    {
        var batch = new SampleBatch();
        for (int i = 0; i < 20; i++)
        {
            batch.AddSeries(LabelSet.OfMetric(
                "node_cpu_seconds_total", new Label("cpu", $"{i}"), new Label("instance", "web1:9100")).ToKey());
            batch.AddSample(1_800_000_000_000 + i, i * 1.5);
        }

        // Behind the series, metadata: field 3 with type, name, help and unit.
        byte[] metadata = [0x1A, 14, 0x08, 1, 0x12, 2, .. "up"u8, 0x22, 1, .. "h"u8, 0x2A, 3, .. "sec"u8];
        return [.. Snappy.DecompressToArray(new RemoteWriteEncoder().Encode(batch).Span), .. metadata];
    }

    /// <summary>Symbols "", "__name__", "up", "job", "web"; two series with a sample each.</summary>
    static byte[] LaterMessage()
    {
        var bytes = new List<byte>();
        foreach (string symbol in (string[])["", "__name__", "up", "job", "web"])
        {
            bytes.AddRange([0x22, (byte)symbol.Length, .. Encoding.UTF8.GetBytes(symbol)]);
        }

        byte[] sample = [0x12, 16, 0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x10, 0x80, 0x90, 0xE8, 0xF5, 0xB1, 0x34];
        byte[] metadata = [0x2A, 4, 0x08, 1, 0x18, 2];
        byte[] series = [0x0A, 4, 1, 2, 3, 4, .. sample, .. metadata];
        bytes.AddRange([0x2A, (byte)series.Length, .. series, 0x2A, (byte)series.Length, .. series]);
        return [.. bytes];
    }

    static void Check(bool decoded, SampleBatch batch)
    {
        if (!decoded && batch.SeriesCount > 0)
        {
            throw new InvalidOperationException("A refused message leaves series behind.");
        }

        foreach (ref readonly var series in batch.Series)
        {
            if (LabelSet.FromKey(batch.KeyOf(series)).MetricName.Length == 0)
            {
                throw new InvalidOperationException("A series without a name was let through.");
            }
        }
    }
}

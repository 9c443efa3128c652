using CsCheck;
using Presage.Metrics;
using Presage.Protocols;
using Presage.Protocols.Prometheus;
using Snappier;
using Xunit;

namespace Presage.Tests.Protocols;

/// <summary>Remote write 2.0 (io.prometheus.write.v2.Request).</summary>
public sealed class LaterWriteDecoderTests
{
    /// <summary>
    /// Written by hand after the specification: symbols "", "__name__", "up", "instance", "web1:9100", "Is it up."; one
    /// series {1,2,3,4} with the sample 1 at 1700000000000, gauge with help 5.
    /// </summary>
    const string Golden =
        "2200" + "22085F5F6E616D655F5F" + "22027570" + "2208696E7374616E6365" +
        "2209776562313A39313030" + "220949732069742075702E" +
        "2A1E0A0401020304" + "121009000000000000F03F1080D095FFBC31" + "2A0408021805";

    static readonly Gen<byte[]> AnyMessage = Gen.Select(
        Gen.String[Gen.Char.AlphaNumeric, 1, 12].Array[1, 20],
        Gen.Select(Gen.Int[0, 24], Gen.Int[0, 24]).Array[1, 8].Array[1, 8],
        (texts, series) => Message(texts, series));

    /// <summary>Series as senders write them: names in order, now and then one that is not plain.</summary>
    static readonly Gen<byte[]> AnySortedMessage = Gen.Select(
        Gen.Select(Gen.Char.AlphaNumeric, Gen.Int[1, 30]).Array[200],
        Gen.Select(Gen.Int[0, 90].Array[0, 9], Gen.Int[100, 199].Array[9], Gen.Int[0, 3]).Array[1, 12],
        Gen.String[Gen.Char['\u0040', '\u0100'], 0, 140],
        static (texts, series, odd) => SortedMessage(texts, series, odd));

    [Fact]
    public void Golden_bytes_decode()
    {
        Assert.True(Decode(Convert.FromHexString(Golden), out var batch, out var summary, out var error), $"{error}");

        Assert.Equal("up{instance=\"web1:9100\"}", LabelSet.FromKey(batch.KeyOf(batch.Series[0])).ToString());
        Assert.Equal([1_700_000_000_000], batch.TimestampsMs.ToArray());
        Assert.Equal([1.0], batch.Values.ToArray());
        Assert.Equal([new MetricMetadata("up", "gauge", "Is it up.", "")], summary.Metadata);
    }

    [Fact]
    public void Start_timestamps_are_skipped_and_exemplars_counted()
    {
        var message = Symbols("", "__name__", "hits_total").Message(5, new WireMessage()
            .Bytes(1, [1, 2])
            .Message(2, new WireMessage().Fixed64(1, 4).Varint(2, 5_000).Varint(3, 1_000))
            .Message(4, new WireMessage().Bytes(1, []).Fixed64(2, 1))
            .Varint(6, 1_000));

        Assert.True(Decode(message.ToArray(), out var batch, out var summary, out _));

        Assert.Equal((1, 1), (batch.SampleCount, summary.Exemplars));
        Assert.Equal(0, summary.SeriesRejected);
    }

    [Fact]
    public void Native_histograms_become_their_parts()
    {
        var message = Symbols("", "__name__", "latency", "up")
            .Message(5, new WireMessage().Bytes(1, [1, 2]).Message(3, new WireMessage().Varint(1, 7)))
            .Message(5, new WireMessage().Bytes(1, [1, 3]).Message(2, new WireMessage().Fixed64(1, 1).Varint(2, 9)));

        Assert.True(Decode(message.ToArray(), out var batch, out var summary, out _));

        Assert.Equal((5, 1, 1), (batch.SeriesCount, summary.Histograms, summary.Samples));
        Assert.Equal("layout", LabelSet.FromKey(batch.KeyOf(batch.Series[0]))[HistogramParts.Label]);
        Assert.Null(summary.FirstRejection);
    }

    [Fact]
    public void A_series_without_a_name_is_left_out()
    {
        var message = Symbols("", "job", "x").Message(5, new WireMessage()
            .Bytes(1, [1, 2]).Message(2, new WireMessage().Varint(2, 9)));

        Assert.True(Decode(message.ToArray(), out var batch, out var summary, out _));

        Assert.Equal((0, 1), (batch.SeriesCount, summary.RejectedFor(SeriesRejection.MissingMetricName)));
    }

    [Theory]
    [InlineData(new byte[] { 1, 9 }, "names symbol 9, and there are 3")]
    [InlineData(new byte[] { 1, 2, 1 }, "odd number")]
    [InlineData(new byte[] { 1, 0x82 }, "ends within a varint")]
    public void Broken_references_refuse_the_request(byte[] refs, string reason)
    {
        var message = Symbols("", "__name__", "up").Message(5, new WireMessage()
            .Bytes(1, refs).Message(2, new WireMessage().Varint(2, 9)));

        Assert.False(Decode(message.ToArray(), out var batch, out _, out var error));

        Assert.Equal(WireErrorKind.Malformed, error.Kind);
        Assert.Contains(reason, error.Message);
        Assert.Equal(0, batch.SeriesCount);
    }

    [Fact]
    public void The_first_symbol_must_be_empty()
    {
        Assert.False(Decode(Symbols("up").ToArray(), out _, out _, out var error));
        Assert.Contains("the first symbol", error.Message);
    }

    [Fact]
    public void A_message_of_1_0_is_told_apart()
    {
        var batch = new SampleBatch();
        batch.AddSeries(LabelSet.OfMetric("up").ToKey());
        batch.AddSample(1, 1);

        Assert.False(Decode(new RemoteWriteEncoder().EncodeUncompressed(batch).ToArray(), out _, out _, out var error));

        Assert.Equal(WireErrorKind.Unsupported, error.Kind);
    }

    [Fact]
    public void Mutated_and_cut_messages_never_crash() => Gen.Select(
        AnyMessage, Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[0, 6], Gen.Int[0, 1 << 20])
        .Sample((message, mutations, cut) =>
        {
            foreach (var (at, value) in mutations)
            {
                message[at % message.Length] = value;
            }

            bool whole = cut % 3 > 0;
            bool ok = Decode(whole ? message : message[..(cut % message.Length)], out var batch, out var summary,
                out var error);
            Assert.Equal(ok ? summary.Series : 0, batch.SeriesCount);
            Assert.Equal(ok ? summary.Samples : 0, batch.SampleCount);
            Assert.True(ok || error.Message.Length > 0);
            foreach (ref readonly var series in batch.Series)
            {
                Assert.NotEmpty(LabelSet.FromKey(batch.KeyOf(series)).MetricName);
            }
        }, iter: 5_000);

    [Fact]
    public void The_short_way_decodes_what_the_long_one_does() => Gen.Select(
        AnySortedMessage, Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[0, 4])
        .Sample((message, mutations) =>
        {
            foreach (var (at, value) in mutations)
            {
                message[at % message.Length] = value;
            }

            byte[] body = Snappy.CompressToArray(message);
            SampleBatch shortWay = new(), longWay = new();
            bool ok = new LaterWriteDecoder(new RemoteWriteLimits(), hasPlainSeries: true)
                .TryDecode(body, shortWay, null, out var summary, out var error);
            Assert.Equal(ok, new LaterWriteDecoder(new RemoteWriteLimits(), hasPlainSeries: false)
                .TryDecode(body, longWay, null, out var longSummary, out var longError));
            Assert.Equal(longError, error);
            Assert.Equal(longSummary.FirstRejection, summary.FirstRejection);
            Assert.Equal(longSummary.Metadata, summary.Metadata);
            Assert.Equal((longSummary.Series, longSummary.Samples), (summary.Series, summary.Samples));
            Assert.Equal(Print(longWay), Print(shortWay));
        }, iter: 5_000);

    [Fact]
    public void Decoding_allocates_nothing_per_series()
    {
        var message = Symbols(["", "__name__", "up", "instance", .. Enumerable.Range(0, 2_000).Select(i => $"web{i}")]);
        for (int i = 4; i < 2_004; i++)
        {
            message.Message(5, new WireMessage()
                .Bytes(1, [1, 2, 3, (byte)(i & 0x7F | 0x80), (byte)(i >> 7)])
                .Message(2, new WireMessage().Fixed64(1, 1).Varint(2, 1_700_000_000_000))
                .Message(5, new WireMessage().Varint(1, 1)));
        }

        byte[] body = Snappy.CompressToArray(message.ToArray());
        var decoder = new LaterWriteDecoder(new RemoteWriteLimits());
        var batch = new SampleBatch();
        long least = long.MaxValue;
        for (int i = 0; i < 6; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(decoder.TryDecode(body, batch, null, out var summary, out _));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal((2_000, 1), (summary.Series, summary.Metadata.Count));
        }

        Assert.InRange(least, 0, 5_000);
    }

    static List<string> Print(SampleBatch batch)
    {
        var printed = new List<string>();
        foreach (ref readonly var series in batch.Series)
        {
            printed.Add(Convert.ToHexString(batch.KeyOf(series)));
            for (int i = series.FirstSample; i < series.FirstSample + series.SampleCount; i++)
            {
                printed.Add($"{batch.TimestampsMs[i]} {BitConverter.DoubleToInt64Bits(batch.Values[i]):X}");
            }
        }

        return printed;
    }

    static bool Decode(byte[] message, out SampleBatch batch, out RemoteWriteSummary summary, out WireError error)
    {
        batch = new SampleBatch();
        return new LaterWriteDecoder(new RemoteWriteLimits())
            .TryDecode(Snappy.CompressToArray(message), batch, null, out summary, out error);
    }

    static WireMessage Symbols(params string[] symbols) =>
        symbols.Aggregate(new WireMessage(), static (message, symbol) => message.Text(4, symbol));

    static byte[] Message(string[] texts, (int Name, int Value)[][] series)
    {
        var message = Symbols(["", "__name__", .. texts]);
        foreach (var pairs in series)
        {
            byte[] refs = [1, 2, .. pairs.SelectMany(static p => (byte[])[(byte)p.Name, (byte)p.Value])];
            message.Message(5, new WireMessage()
                .Bytes(1, refs)
                .Message(2, new WireMessage().Fixed64(1, 1).Varint(2, 1_700_000_000_000))
                .Message(5, new WireMessage().Varint(1, 1).Varint(3, 2)));
        }

        return message.ToArray();
    }

    static byte[] SortedMessage(
        (char Letter, int Length)[] texts, (int[] Names, int[] Values, int Samples)[] series, string odd)
    {
        // From number 3 on, names sort as their numbers do.
        var message = Symbols([
            "", "__name__", odd,
            .. texts.Select(static (t, i) => $"l{i:D3}{new string(t.Letter, t.Length)}")]);
        foreach (var (names, values, samples) in series)
        {
            List<byte> refs = [1, 5];
            foreach (var (name, value) in names.Distinct().Order().Zip(values))
            {
                refs.Add((byte)(name + 2));
                refs.AddRange([(byte)((value & 0x7F) | 0x80), (byte)(value >> 7)]);
            }

            var one = new WireMessage().Bytes(1, [.. refs]);
            for (int i = 0; i < samples; i++)
            {
                one.Message(2, new WireMessage().Fixed64(1, i * 1.5).Varint(2, 1_700_000_000_000 + (ulong)i));
            }

            message.Message(5, one.Message(5, new WireMessage().Varint(1, 1).Varint(3, 4)));
        }

        return message.ToArray();
    }
}

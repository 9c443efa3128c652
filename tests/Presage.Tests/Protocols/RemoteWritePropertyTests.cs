using CsCheck;
using Presage.Metrics;
using Presage.Protocols.Prometheus;
using Snappier;
using Xunit;

namespace Presage.Tests.Protocols;

public sealed class RemoteWritePropertyTests
{
    static readonly Gen<Label> AnyLabel =
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 12], Gen.String[Gen.Char["aé\u4e2d\"\\\n \u0001zZ0"], 1, 200],
            (name, value) => new Label("l" + name, value));

    static readonly Gen<(LabelSet Labels, (long TimestampMs, double Value)[] Samples)> AnySeries = Gen.Select(
        Gen.String[Gen.Char.AlphaNumeric, 1, 20],
        AnyLabel.List[0, 12],
        Gen.Select(Gen.Long, Gen.Double).Array[1, 6],
        (name, labels, samples) => (LabelSet.OfMetric(name, [.. labels.DistinctBy(label => label.Name)]), samples));

    static readonly Gen<SampleBatch> AnyBatch = AnySeries.Array[0, 20].Select(ToBatch);

    /// <summary>Short ASCII labels, names sharing their first eight bytes, zeros: what the short way is for.</summary>
    static readonly Gen<SampleBatch> AnyPlainBatch = Gen.Select(
        Gen.String[Gen.Char.AlphaNumeric, 1, 20],
        Gen.Select(
            Gen.OneOf(
                Gen.Const("container"), Gen.Const("container_id"), Gen.Const("container_image"), Gen.Const("a"),
                Gen.Const("instance"), Gen.Const("zone"), Gen.Const("é")),
            Gen.String[Gen.Char.AlphaNumeric, 1, 130],
            (name, value) => new Label(name, value)).List[0, 6],
        Gen.Select(Gen.Long, Gen.OneOf(Gen.Double, Gen.Const(0.0))).Array[1, 3],
        (name, labels, samples) => (LabelSet.OfMetric(name, [.. labels.DistinctBy(label => label.Name)]), samples))
        .Array[1, 12].Select(ToBatch);

    [Fact]
    public void What_is_encoded_decodes_to_the_same() => AnyBatch.Sample(batch =>
    {
        var decoded = new SampleBatch();
        byte[] body = new RemoteWriteEncoder().Encode(batch).ToArray();

        Assert.True(new RemoteWriteDecoder(new RemoteWriteLimits()).TryDecode(body, decoded, out var summary,
            out var error), error.Message);

        Assert.Equal(batch.SeriesCount, summary.Series);
        Assert.Equal(batch.SampleCount, summary.Samples);
        Assert.Equal(Print(batch), Print(decoded));
    }, iter: 500);

    [Fact]
    public void Any_truncation_of_a_body_is_refused() => AnyBatch.Sample(batch =>
    {
        byte[] body = new RemoteWriteEncoder().Encode(batch).ToArray();
        var decoder = new RemoteWriteDecoder(new RemoteWriteLimits());
        var decoded = new SampleBatch();
        for (int length = 0; length < body.Length; length++)
        {
            Assert.False(decoder.TryDecode(body.AsSpan(0, length), decoded, out _, out var error));
            Assert.Equal(0, decoded.SeriesCount);
            Assert.NotEmpty(error.Message);
        }
    }, iter: 40);

    [Fact]
    public void Random_bytes_never_crash() => Gen.Byte.Array[0, 400].Sample(bytes =>
    {
        var decoder = new RemoteWriteDecoder(new RemoteWriteLimits());
        var batch = new SampleBatch();
        _ = decoder.TryDecode(bytes, batch, out _, out _);
        AssertConsistent(decoder.TryDecode(Snappy.CompressToArray(bytes), batch, out var summary, out _), batch,
            summary);
    }, iter: 5_000);

    [Fact]
    public void A_mutated_message_never_crashes() =>
        Gen.Select(AnyBatch, Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 8]).Sample((batch, mutations) =>
        {
            byte[] message = new RemoteWriteEncoder().EncodeUncompressed(batch).ToArray();
            if (message.Length == 0)
            {
                return;
            }

            foreach (var (at, value) in mutations)
            {
                message[at % message.Length] = value;
            }

            var decoded = new SampleBatch();
            bool ok = new RemoteWriteDecoder(new RemoteWriteLimits())
                .TryDecode(Snappy.CompressToArray(message), decoded, out var summary, out var error);
            AssertConsistent(ok, decoded, summary);
            Assert.True(ok || (error.Message.Length > 0 && error.Position <= message.Length));
        }, iter: 3_000);

    [Fact]
    public void The_short_way_decodes_what_the_long_one_does() =>
        Gen.Select(AnyPlainBatch, Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[0, 4]).Sample((batch, mutations) =>
        {
            byte[] message = new RemoteWriteEncoder().EncodeUncompressed(batch).ToArray();
            foreach (var (at, value) in mutations)
            {
                if (message.Length > 0)
                {
                    message[at % message.Length] = value;
                }
            }

            byte[] body = Snappy.CompressToArray(message);
            var shortWay = new SampleBatch();
            var longWay = new SampleBatch();
            bool ok = new RemoteWriteDecoder(new RemoteWriteLimits(), hasPlainSeries: true)
                .TryDecode(body, shortWay, out var summary, out var error);
            Assert.Equal(ok, new RemoteWriteDecoder(new RemoteWriteLimits(), hasPlainSeries: false)
                .TryDecode(body, longWay, out var longSummary, out var longError));
            Assert.Equal(Print(longWay), Print(shortWay));
            Assert.Equal(longError, error);
            Assert.Equal(longSummary.FirstRejection, summary.FirstRejection);
            Assert.Equal(longSummary.SamplesRejected, summary.SamplesRejected);
        }, iter: 5_000);

    [Fact]
    public void Decoding_allocates_nothing_per_sample()
    {
        var batch = new SampleBatch();
        for (int i = 0; i < 5_000; i++)
        {
            batch.AddSeries(LabelSet.OfMetric("node_cpu_seconds_total", new Label("cpu", $"{i}"),
                new Label("instance", "web1")).ToKey());
            batch.AddSample(1_700_000_000_000, i * 1.5);
        }

        byte[] body = new RemoteWriteEncoder().Encode(batch).ToArray();
        var decoder = new RemoteWriteDecoder(new RemoteWriteLimits());
        decoder.TryDecode(body, batch, out _, out _);

        // A collection in between may take rented arrays from their pool; the least of some tells.
        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(decoder.TryDecode(body, batch, out _, out _));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least, 0, 5_000);
    }

    static void AssertConsistent(bool ok, SampleBatch batch, RemoteWriteSummary summary)
    {
        // A mutation may make a native histogram of a sample: its parts are series of one sample each.
        Assert.Equal(ok ? summary.Series + summary.PartSamples : 0, batch.SeriesCount);
        Assert.Equal(ok ? summary.Samples + summary.PartSamples : 0, batch.SampleCount);
        foreach (ref readonly var series in batch.Series)
        {
            Assert.NotEmpty(LabelSet.FromKey(batch.KeyOf(series)).MetricName);
        }
    }

    static SampleBatch ToBatch((LabelSet Labels, (long TimestampMs, double Value)[] Samples)[] series)
    {
        var batch = new SampleBatch();
        foreach (var (labels, samples) in series)
        {
            batch.AddSeries(labels.ToKey());
            foreach (var (timestampMs, value) in samples)
            {
                batch.AddSample(timestampMs, value);
            }
        }

        return batch;
    }

    static List<string> Print(SampleBatch batch)
    {
        var lines = new List<string>();
        foreach (ref readonly var series in batch.Series)
        {
            for (int i = series.FirstSample; i < series.FirstSample + series.SampleCount; i++)
            {
                long bits = BitConverter.DoubleToInt64Bits(batch.Values[i]);
                lines.Add($"{Convert.ToHexString(batch.KeyOf(series))} {batch.TimestampsMs[i]} {bits:X}");
            }
        }

        return lines;
    }
}

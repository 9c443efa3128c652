using System.Text;
using Presage.Metrics;
using Presage.Protocols;
using Presage.Protocols.Prometheus;
using Snappier;
using Xunit;

namespace Presage.Tests.Protocols;

public sealed class RemoteWriteDecoderTests
{
    readonly RemoteWriteDecoder _decoder = new(new RemoteWriteLimits());
    readonly SampleBatch _batch = new();

    [Fact]
    public void Reads_series_labels_and_samples()
    {
        var request = new WireMessage()
            .Message(1, Series([("__name__", "up"), ("instance", "web1:9100")], (1_000, 1), (2_000, double.NaN)));

        Assert.True(Decode(request, out var summary, out _));

        Assert.Equal((1, 2, 0), (summary.Series, summary.Samples, summary.SeriesRejected));
        Assert.Equal("up{instance=\"web1:9100\"}", LabelsOf(0));
        Assert.Equal([1_000, 2_000], _batch.TimestampsMs.ToArray());
        Assert.Equal([1, double.NaN], _batch.Values.ToArray());
    }

    [Fact]
    public void Keeps_the_bits_of_stale_markers_and_negative_timestamps()
    {
        var request = new WireMessage().Message(1, Series([("__name__", "up")], (-5, SampleValue.StaleMarker)));

        Assert.True(Decode(request, out _, out _));

        Assert.True(SampleValue.IsStale(_batch.Values[0]));
        Assert.Equal(-5, _batch.TimestampsMs[0]);
    }

    [Fact]
    public void Sorts_labels_that_come_unsorted_and_drops_empty_values()
    {
        var request = new WireMessage()
            .Message(1, Series([("zone", "a"), ("__name__", "up"), ("empty", "")], (1, 1)))
            .Message(1, Series([("__name__", "up"), ("zone", "a")], (2, 1)));

        Assert.True(Decode(request, out var summary, out _));

        Assert.Equal(2, summary.Series);
        Assert.Equal(_batch.KeyOf(_batch.Series[0]).ToArray(), _batch.KeyOf(_batch.Series[1]).ToArray());
    }

    [Fact]
    public void Reads_labels_that_follow_their_samples()
    {
        var series = new WireMessage()
            .Message(2, Sample(7, 3)).Message(1, Label("__name__", "up")).Message(2, Sample(8, 4)).Message(1,
                Label("a", "b"));

        Assert.True(Decode(new WireMessage().Message(1, series), out _, out _));

        Assert.Equal("up{a=\"b\"}", LabelsOf(0));
        Assert.Equal([7, 8], _batch.TimestampsMs.ToArray());
    }

    [Theory]
    [InlineData("", "x", SeriesRejection.MissingMetricName, "__name__")]
    [InlineData("a", "1", SeriesRejection.MissingMetricName, "__name__")]
    public void A_series_without_a_name_is_left_out(string name, string value, SeriesRejection reason, string field)
    {
        var request = new WireMessage()
            .Message(1, name.Length == 0 ? Series([], (1, 1)) : Series([(name, value)], (1, 1)))
            .Message(1, Series([("__name__", "kept")], (1, 1)));

        Assert.True(Decode(request, out var summary, out _));

        Assert.Equal(1, summary.RejectedFor(reason));
        Assert.Equal(1, summary.SamplesRejected);
        Assert.Contains(field, summary.FirstRejection, StringComparison.Ordinal);
        Assert.Equal("kept", LabelsOf(0));
    }

    [Fact]
    public void A_duplicate_label_rejects_its_series_only_and_is_named()
    {
        var request = new WireMessage()
            .Message(1, Series([("__name__", "up"), ("a", "1"), ("a", "2"), ("instance", "web1")], (1, 1)))
            .Message(1, Series([("a", "1"), ("__name__", "up"), ("a", "1")], (1, 1)))
            .Message(1, Series([("__name__", "kept")], (1, 1)));

        Assert.True(Decode(request, out var summary, out _));

        Assert.Equal(2, summary.RejectedFor(SeriesRejection.DuplicateLabel));
        Assert.Equal(
            "Series 1 up{instance=\"web1\"}: label \"a\" stands twice; send each label once.", summary.FirstRejection);
        Assert.Equal(1, _batch.SeriesCount);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_reject_their_series()
    {
        foreach (var label in new[] { LabelBytes("a"u8, [0xFF]), LabelBytes([0xC3], "x"u8) })
        {
            var series = new WireMessage().Message(1, Label("__name__", "up")).Message(1, label).Message(2,
                Sample(1, 1));

            Assert.True(Decode(new WireMessage().Message(1, series), out var summary, out _));

            Assert.Equal(1, summary.RejectedFor(SeriesRejection.InvalidUtf8));
            Assert.Contains("is not UTF-8", summary.FirstRejection, StringComparison.Ordinal);
            Assert.Equal(0, _batch.SeriesCount);
        }
    }

    [Fact]
    public void Labels_over_a_limit_reject_their_series()
    {
        var limits = new RemoteWriteLimits { LabelsPerSeriesMax = 3, LabelNameBytesMax = 10, LabelValueBytesMax = 20 };
        var request = new WireMessage()
            .Message(1, Series([("__name__", "m"), ("a", "1"), ("b", "1"), ("c", "1")], (1, 1)))
            .Message(1, Series([("__name__", "m"), ("abcdefghijk", "1")], (1, 1)))
            .Message(1, Series([("__name__", "m"), ("a", new string('x', 21))], (1, 1)))
            .Message(1, Series([("__name__", "m"), ("", "1")], (1, 1)))
            .Message(1, Series([("__name__", "m"), ("a", "1"), ("b", "1")], (1, 1)));

        Assert.True(Decode(request, out var summary, out _, limits));

        Assert.Equal(1, summary.RejectedFor(SeriesRejection.TooManyLabels));
        Assert.Equal(1, summary.RejectedFor(SeriesRejection.LabelNameTooLong));
        Assert.Equal(1, summary.RejectedFor(SeriesRejection.LabelValueTooLong));
        Assert.Equal(1, summary.RejectedFor(SeriesRejection.EmptyLabelName));
        Assert.Equal(4, summary.SeriesRejected);
        Assert.Contains("4 labels, more than the limit of 3", summary.FirstRejection, StringComparison.Ordinal);
        Assert.Equal(1, _batch.SeriesCount);
    }

    [Fact]
    public void Native_histograms_become_their_parts_beside_plain_samples()
    {
        var histogram = new WireMessage().Message(4, new WireMessage().Varint(15, 5)).Message(1,
            Label("__name__", "h"));
        var both = Series([("__name__", "both")], (1, 1)).Message(4, new WireMessage()).Message(3, new WireMessage());

        Assert.True(Decode(new WireMessage().Message(1, histogram).Message(1, both), out var summary, out _));

        Assert.Equal((2, 1, 1, 0), (summary.Histograms, summary.Exemplars, summary.Samples, summary.SeriesRejected));
        Assert.Equal((9, 9, 8), (_batch.SeriesCount, _batch.SampleCount, summary.PartSamples));
    }

    [Theory]
    [InlineData("a length in no span", "spans", 0)]
    [InlineData("a span of too many", "spans", 5)]
    [InlineData("a schema that is none", "schema 50", 1)]
    public void A_native_histogram_that_contradicts_itself_costs_itself_alone(string what, string said, int spanLength)
    {
        var histogram = new WireMessage().Varint(4, what.Contains("schema", StringComparison.Ordinal) ? 100UL : 0)
            .Message(11, new WireMessage().Varint(2, (ulong)spanLength)).Bytes(12, [2]);
        var both = Series([("__name__", "both")], (1, 1)).Message(4, histogram);

        Assert.True(Decode(new WireMessage().Message(1, both), out var summary, out _));

        Assert.Equal((1, 1), (_batch.SampleCount, summary.HistogramsRejected));
        Assert.Contains(said, summary.FirstRejection, StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_is_handed_on()
    {
        var metadata = new WireMessage().Varint(1, 1).Text(2, "up_total").Text(4, "Help.").Text(5, "seconds");

        Assert.True(Decode(new WireMessage().Message(3, metadata), out var summary, out _));

        Assert.Equal(new MetricMetadata("up_total", "counter", "Help.", "seconds"), Assert.Single(summary.Metadata));
    }

    [Fact]
    public void Unknown_fields_are_skipped()
    {
        var series = Series([("__name__", "up")], (1, 1)).Varint(17, 3).Fixed32(18).Text(19, "later");

        Assert.True(Decode(new WireMessage().Varint(9, 1).Message(1, series), out var summary, out _));

        Assert.Equal(1, summary.Samples);
    }

    [Fact]
    public void Version_2_is_named()
    {
        Assert.False(Decode(new WireMessage().Text(4, "").Text(4, "__name__"), out _, out var error));

        Assert.Equal(WireErrorKind.Unsupported, error.Kind);
        Assert.Contains("2.0", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("1F8B0800000000", "gzip")]
    [InlineData("FF060000734E61507059", "framed snappy")]
    [InlineData("28B52FFD0458", "zstd")]
    [InlineData("7B2261223A317D", "JSON")]
    public void Another_encoding_is_named(string hex, string name)
    {
        Assert.False(_decoder.TryDecode(Convert.FromHexString(hex), _batch, out _, out var error));

        Assert.Equal(WireErrorKind.Malformed, error.Kind);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("snappy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_over_a_limit_is_too_large()
    {
        var two = new WireMessage()
            .Message(1, Series([("__name__", "a")], (1, 1), (2, 1))).Message(1, Series([("__name__", "b")], (1, 1)));
        foreach (var limits in new RemoteWriteLimits[]
        {
            new() { SeriesMax = 1 }, new() { SamplesMax = 2 }, new() { CompressedBytesMax = 10 },
                new() { DecompressedBytesMax = 10 },
        })
        {
            Assert.False(Decode(two, out _, out var error, limits));
            Assert.Equal(WireErrorKind.TooLarge, error.Kind);
            Assert.Equal(0, _batch.SeriesCount);
        }
    }

    [Fact]
    public void A_claimed_length_allocates_nothing()
    {
        // 3 GiB announced in six bytes.
        byte[] bomb = [0x80, 0x80, 0x80, 0x80, 0x0C, 0x00];

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(_decoder.TryDecode(bomb, _batch, out _, out var error));

        Assert.Equal(WireErrorKind.TooLarge, error.Kind);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 * 1024);
    }

    [Fact]
    public void Malformed_bytes_are_refused_with_their_position()
    {
        byte[] message = new WireMessage().Message(1, Series([("__name__", "up")], (1, 1))).ToArray();
        message[1] = 0x7F;

        Assert.False(_decoder.TryDecode(Snappy.CompressToArray(message), _batch, out _, out var error));

        Assert.Equal((WireErrorKind.Malformed, 1), (error.Kind, error.Position));
        Assert.Contains("exceeds", error.Message, StringComparison.Ordinal);
    }

    bool Decode(WireMessage request, out RemoteWriteSummary summary, out WireError error, RemoteWriteLimits? limits =
        null) =>
        (limits is null ? _decoder : new RemoteWriteDecoder(limits))
            .TryDecode(Snappy.CompressToArray(request.ToArray()), _batch, out summary, out error);

    string LabelsOf(int series) => LabelSet.FromKey(_batch.KeyOf(_batch.Series[series])).ToString();

    static WireMessage Series((string Name, string Value)[] labels, params (long TimestampMs, double Value)[] samples)
    {
        var message = new WireMessage();
        foreach (var (name, value) in labels)
        {
            message.Message(1, Label(name, value));
        }

        foreach (var (timestampMs, value) in samples)
        {
            message.Message(2, Sample(timestampMs, value));
        }

        return message;
    }

    static WireMessage Label(string name, string value) =>
        LabelBytes(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));

    static WireMessage LabelBytes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        new WireMessage().Bytes(1, name).Bytes(2, value);

    static WireMessage Sample(long timestampMs, double value) =>
        new WireMessage().Fixed64(1, value).Varint(2, (ulong)timestampMs);
}

using System.Buffers;
using System.Text;
using CsCheck;
using Presage.Metrics;
using Presage.Protocols;
using Presage.Protocols.Prometheus;
using Xunit;

namespace Presage.Tests.Protocols;

public sealed class ExpositionTests
{
    readonly ExpositionParser _parser = new(new ExpositionLimits());
    readonly SampleBatch _batch = new();

    [Fact]
    public void Reads_the_example_of_the_specification()
    {
        Assert.Equal(
            [
                "http_requests_total{code=\"200\", method=\"post\"} 1027 @1395066363000",
                "http_requests_total{code=\"400\", method=\"post\"} 3 @1395066363000",
                "msdos_access_time_seconds{error=\"No such file:\\n\\\"FILE.TXT\\\"\", "
                    + "path=\"C:\\\\DIR\\\\FILE.TXT\"} "
                    + "1458255915 @7",
                "metric_without_timestamp_and_labels 12.47 @7",
                "something_weird{problem=\"division by zero\"} Infinity @-3982045",
                "latency_bucket{le=\"+Inf\"} 144320 @7",
                "nothing NaN @7",
            ],
            Parse("""
                # HELP http_requests_total The total number of HTTP requests.\nSecond line.
                # TYPE http_requests_total counter
                http_requests_total{method="post",code="200"} 1027 1395066363000
                http_requests_total{method="post",code="400",}    3 1395066363000

                # Escaping in label values:
                msdos_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="No such file:\n\"FILE.TXT\""} 1.458255915e9
                metric_without_timestamp_and_labels 12.47
                something_weird{problem="division by zero"} +Inf -3982045
                latency_bucket{le="+Inf"} 144320
                nothing {} NaN

                """));
        Assert.Equal(
            [new MetricMetadata("http_requests_total", "counter", "The total number of HTTP requests.\nSecond line.",
                "")],
            _parser.Families);
    }

    [Fact]
    public void Reads_open_metrics() => Assert.Equal(
        ["requests_total{path=\"/\"} 17 @1520879607789", "b 1 @7"],
        Parse("""
            # TYPE requests counter
            # UNIT requests seconds
            requests_total{path="/"} 17.0 1520879607.789 # {trace_id="abc # }"} 0.67
            b 1
            # EOF

            """, isOpenMetrics: true));

    [Fact]
    public void Reads_quoted_names() => Assert.Equal(
        ["my.metric{error.code=\"x\"} 1 @7"], Parse("{\"my.metric\",\"error.code\"=\"x\"} 1\n"));

    [Theory]
    [InlineData("a 1\nb", "Line 2: the last line has no line end")]
    [InlineData("a\n", "a value is missing")]
    [InlineData("a x\n", "\"x\" is not a number")]
    [InlineData("a 1 2 3\n", "\"2 3\" is not a timestamp in milliseconds")]
    [InlineData("a 1 2.5\n", "\"2.5\" is not a timestamp in milliseconds")]
    [InlineData("a{b=\"c} 1\n", "the value of label \"b\" is not quoted, or does not end")]
    [InlineData("a{b=c} 1\n", "the value of label \"b\" is not quoted")]
    [InlineData("a{b} 1\n", "label \"b\" has no value")]
    [InlineData("a{=\"c\"} 1\n", "a label's name is missing")]
    [InlineData("a{b=\"c\" d=\"e\"} 1\n", "must be followed by a comma")]
    [InlineData("a{b=\"c\",b=\"d\"} 1\n", "a label stands twice")]
    [InlineData("{b=\"c\"} 1\n", "the metric's name is missing")]
    [InlineData("a{\"b\"} 1\n", "the metric's name stands twice")]
    public void A_broken_line_is_named(string text, string expected)
    {
        Assert.False(_parser.TryParse(Encoding.UTF8.GetBytes(text), false, 7, _batch, out var error));

        Assert.Equal(WireErrorKind.Malformed, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _batch.SeriesCount);
    }

    [Theory]
    [InlineData("a 1\n")]
    [InlineData("a 1\n# EOF\nb 1\n")]
    public void Open_metrics_must_end_with_its_mark(string text)
    {
        Assert.False(_parser.TryParse(Encoding.UTF8.GetBytes(text), true, 7, _batch, out var error));
        Assert.Contains("# EOF", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_hold()
    {
        string[] texts =
        [
            "a 1\nb 1\nc 1\n", "a{b=\"1\",c=\"1\",d=\"1\"} 1\n", "abcdefghijk{a=\"1\"} 1\n", "a{b=\"12345678901\"} 1\n",
        ];
        var limits = new ExpositionLimits { SamplesMax = 2, LabelsPerSeriesMax = 3, NameBytesMax = 10, ValueBytesMax =
            10 };
        foreach (string text in texts)
        {
            Assert.False(new ExpositionParser(limits).TryParse(Encoding.UTF8.GetBytes(text), false, 7, _batch, out _),
                text);
        }

        Assert.False(new ExpositionParser(new ExpositionLimits { TextBytesMax = 3 })
            .TryParse("a 1\n"u8, false, 7, _batch, out var error));
        Assert.Equal(WireErrorKind.TooLarge, error.Kind);
    }

    [Fact]
    public void What_is_written_reads_back() =>
        Gen.Select(
            Gen.String[Gen.Char["abc_Z9.: \u00e9"], 1, 10],
            Gen.Select(Gen.String[Gen.Char["ab9_.\""], 1, 6], Gen.String[Gen.Char["a\"\\\n \u00e9,}=#"], 1, 12]).List[0,
                5],
            Gen.Double,
            Gen.Long).Sample((name, labels, value, timestampMs) =>
        {
            var series = LabelSet.OfMetric(
                name, [.. labels.DistinctBy(label => label.Item1).Select(label =>
                    new Label(label.Item1, label.Item2))]);
            var output = new ArrayBufferWriter<byte>();
            var writer = new ExpositionWriter(output);
            writer.BeginFamily("x", "gauge", "some\\thing\nelse");
            writer.Sample(series, value, timestampMs);
            var batch = new SampleBatch();

            Assert.True(
                new ExpositionParser(new ExpositionLimits()).TryParse(output.WrittenSpan, false, 7, batch,
                    out var error),
                error.Message + Encoding.UTF8.GetString(output.WrittenSpan));

            Assert.Equal(series, LabelSet.FromKey(batch.KeyOf(batch.Series[0])));
            Assert.Equal(value, batch.Values[0]);
            Assert.Equal(timestampMs, batch.TimestampsMs[0]);
        }, iter: 1_000);

    [Fact]
    public void Random_text_never_crashes() =>
        Gen.String[Gen.Char["ab{}=\",\\ \n#1.-+INFaN\u00e9\t\r"], 0, 80].Sample(text =>
        {
            var parser = new ExpositionParser(new ExpositionLimits());
            foreach (bool isOpenMetrics in new[] { false, true })
            {
                var batch = new SampleBatch();
                bool read = parser.TryParse(Encoding.UTF8.GetBytes(text), isOpenMetrics, 7, batch, out var error);
                Assert.True(read || (error.Message.Length > 0 && batch.SeriesCount == 0));
            }
        }, iter: 5_000);

    [Fact]
    public void Random_bytes_never_crash() => Gen.Byte.Array[0, 200].Sample(
        bytes =>
        {
            var batch = new SampleBatch();
            bool read = new ExpositionParser(new ExpositionLimits()).TryParse(bytes, false, 7, batch, out _);
            Assert.True(read || batch.SeriesCount == 0);
        },
        iter: 3_000);

    List<string> Parse(string text, bool isOpenMetrics = false)
    {
        Assert.True(_parser.TryParse(Encoding.UTF8.GetBytes(text), isOpenMetrics, 7, _batch, out var error),
            error.Message);
        var lines = new List<string>();
        foreach (ref readonly var series in _batch.Series)
        {
            var labels = LabelSet.FromKey(_batch.KeyOf(series));
            lines.Add($"{labels} {_batch.Values[series.FirstSample]} @{_batch.TimestampsMs[series.FirstSample]}");
        }

        return lines;
    }
}

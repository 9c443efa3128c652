using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Metrics;
using Presage.Storage;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>
/// Whatever is sent to the query API, it answers in Prometheus' envelope, soon, and keeps no memory of it. The
/// simulation runs the same for longer.
/// </summary>
[Collection(Alone.Name)]
public sealed class QueryApiFuzzTests
{
    const int Requests = 1200;

    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    static readonly string[] Real =
    [
        "sum by (a) (rate(x{b=~\"c.*\"}[5m] offset 1m)) / on (a) group_left () y",
        "histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m])))",
        "label_replace(x, \"a\", \"$1\", \"b\", \"(.*)\")", "max_over_time(rate(x[5m])[1h:1m] @ end())",
        "topk(3, {__name__=~\".+\"}) > bool 1", "quantile_over_time(0.5, {\"a.b\", c!=\"d\"}[10m])",
        "count_values(\"x\", x) or vector(time())", "x and on () y unless h_bucket", "-1 ^ 2 % 3 atan2 0x1F",
        "absent_over_time(x[1d]) + predict_linear(y[1h], 3600)", "x offset -5m @ 1777636800.5",
    ];

    static readonly string[] Shards =
    [
        "(", ")", "[", "{", "}", "\"", "'", "`", "\\", "@", "offset", "5m", "1e999", "-", "NaN", "\0", "\ud800",
        "é", "😀", ",", "=~", "!~", "(?i)", "(a+)+$", "[[:alpha:]]", "$", "by", "without", "bool", "start()", "end()",
        "{__name__=~\".*.*.*.*x\"}", "[1s:1ms]", "9999999999999999999y", "0x", "1_0", "#", "\n", "inf", "*", "/",
        new('(', 300), new('1', 400), new('x', 5000),
    ];

    static readonly string[] Times = ["0", "1777636800", "-1", "1e300", "x", "NaN", "", "9223372036854775807", "5"];
    static readonly string[] Steps = ["15", "60", "0", "-1", "1e-9", "1h", "1e30", "x", "1ms", "9223372036854775807"];
    static readonly string[] Options =
        ["", "&limit=1", "&limit=-1", "&timeout=1ms", "&timeout=x", "&stats=all", "&lookback_delta=1e99", "&host=%00"];

    static readonly Gen<string> GenText = Gen.OneOf(
        Gen.Select(Among(Real), Gen.Select(Gen.Double[0, 1], Gen.Int[0, 9], Among(Shards)).Array[0, 6])
            .Select(static (query, changes) => changes.Aggregate(query, Change)),
        Among(Shards).Array[0, 12].Select(string.Concat),
        Gen.Char.Array[0, 60].Select(static chars => new string(chars)),
        Among(Real));

    static readonly Gen<(string Path, bool Posts)> GenRequest =
        Gen.Select(GenText, Gen.Int[0, 6], Among(Times), Among(Times), Among(Steps),
            Among(Options), Gen.Bool)
        .Select(static (text, endpoint, start, end, step, option, posts) =>
        {
            string query = Escape(text), range = $"&start={start}&end={end}";
            return (endpoint switch
            {
                0 => $"query?query={query}&time={start}{option}",
                1 => $"query_range?query={query}{range}&step={step}{option}",
                2 => $"query_range?query={query}&start=1777636000&end=1777636800&step={step}{option}",
                3 => $"series?match[]={query}{range}{option}",
                4 => $"labels?match[]={query}{range}{option}",
                5 => $"format_query?query={query}",
                _ => $"parse_query?query={query}",
            }, posts);
        });

    [Fact]
    public async Task Anything_is_answered_soon_and_in_the_envelope()
    {
        await using var server = await ServerFixture.StartAsync(new FakeTimeProvider(Start), AuthenticationMode.None);
        await FillAsync(server.Part<SampleStore>());
        var clock = Stopwatch.StartNew();
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await GenRequest.SampleAsync(async request =>
        {
            var began = clock.Elapsed;
            using var answer = await AskAsync(server.Client, request.Path, request.Posts);

            int status = (int)answer.StatusCode;
            Assert.True(status is 200 or 400 or 422 or 503 or 414, $"{status}: {request}");
            if (status != 414)
            {
                using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
                string? said = json.RootElement.GetProperty("status").GetString();
                Assert.Equal(status == 200 ? "success" : "error", said);
            }

            Assert.True(clock.Elapsed - began < TimeSpan.FromSeconds(20), $"took {clock.Elapsed - began}: {request}");
        }, iter: Requests, threads: 1);

        long kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(kept < 64 << 20, $"{kept >> 20} MiB are still held");
    }

    static async Task<HttpResponseMessage> AskAsync(HttpClient client, string path, bool posts)
    {
        string[] parts = path.Split('?', 2);
        if (!posts || parts[0] == "parse_query")
        {
            return await client.GetAsync(new Uri("/api/v1/" + path, UriKind.Relative));
        }

        using var form = new StringContent(parts[1], Encoding.UTF8, "application/x-www-form-urlencoded");
        return await client.PostAsync(new Uri("/api/v1/" + parts[0], UriKind.Relative), form);
    }

    static async Task FillAsync(SampleStore store)
    {
        var batch = new SampleBatch();
        foreach (string name in (string[])["x", "y", "h_bucket"])
        {
            for (int i = 0; i < 20; i++)
            {
                batch.AddSeries(LabelSet.OfMetric(
                    name, new Label("a", $"{i % 3}"), new Label("b", $"c{i}"), new Label("le", $"{i}")).ToKey());
                for (int t = 0; t < 40; t++)
                {
                    batch.AddSample(Start.AddSeconds(-15 * t).ToUnixTimeMilliseconds(), t % 7 == 0 ? double.NaN : -t);
                }
            }
        }

        await store.AppendAsync(batch, CancellationToken.None);
    }

    static Gen<string> Among(string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    static string Change(string text, (double Where, int Length, string Shard) change)
    {
        int at = (int)(change.Where * text.Length), end = Math.Min(text.Length, at + change.Length);
        return (change.Length % 3) switch
        {
            0 => text[..at] + change.Shard + text[at..],
            1 => text[..at] + text[end..],
            _ => text[..end] + text[at..],
        };
    }

    /// <summary>Percent-encoded; a surrogate by itself becomes bytes that are no UTF-8.</summary>
    static string Escape(string text) =>
        string.Concat(text.Select(static c => char.IsAsciiLetterOrDigit(c) ? c.ToString()
            : char.IsSurrogate(c) ? $"%{0xE0 | (c >> 12):X2}%{0x80 | ((c >> 6) & 63):X2}%{0x80 | (c & 63):X2}"
            : Uri.EscapeDataString(c.ToString())));
}

using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Metrics;
using Presage.Receivers;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>POST /api/v1/import/prometheus.</summary>
public sealed class TextPushTests
{
    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Text_is_stored_with_the_time_of_arrival_and_the_labels_asked_for()
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(
            server,
            "# TYPE jobs_done_total counter\n# HELP jobs_done_total Jobs.\n" +
            "jobs_done_total{queue=\"a\",instance=\"x\"} 3\n",
            "text/plain", "?extra_label=instance=web1&extra_label=team=ops");

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        var series = Assert.Single(All(server));
        Assert.Equal(
            "jobs_done_total{instance=\"web1\", queue=\"a\", team=\"ops\"}", series.Labels.ToString());
        Assert.Equal("counter", server.Part<MetricDescriptions>().Of("jobs_done_total").Type);
    }

    [Fact]
    public async Task OpenMetrics_has_seconds_and_an_end()
    {
        await using var server = await StartAsync();
        const string Type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        string seconds = $"{Start.AddSeconds(-10).ToUnixTimeSeconds()}.5";

        using var whole = await PostAsync(server, $"up 1 {seconds}\n# EOF\n", Type);
        using var cut = await PostAsync(server, $"up 1 {seconds}\n", Type);

        Assert.Equal(HttpStatusCode.NoContent, whole.StatusCode);
        await AssertRefusedAsync(cut, HttpStatusCode.BadRequest, "# EOF is missing");
        var columns = new SampleColumns();
        Assert.Single(All(server)).Read(new TimeRange(0, long.MaxValue), columns);
        Assert.Equal([Start.AddSeconds(-9.5).ToUnixTimeMilliseconds()], columns.TimestampsMs.ToArray());
    }

    [Fact]
    public async Task A_mistake_is_named_by_its_line_and_nothing_is_stored()
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(server, "good 1\nbad{x=\"1\" 2\n", "text/plain");

        await AssertRefusedAsync(answer, HttpStatusCode.BadRequest, "Line 2: a label must be followed by");
        Assert.Empty(All(server));
    }

    [Fact]
    public async Task What_the_store_refuses_is_counted_and_the_rest_kept()
    {
        await using var server = await StartAsync();
        long old = Start.AddDays(-1).ToUnixTimeMilliseconds();

        using var answer = await PostAsync(server, $"good 1\nbad 1 {old}\n", "text/plain");

        await AssertRefusedAsync(
            answer, HttpStatusCode.BadRequest, "1 of 2 samples were refused, the others are stored");
        Assert.Equal("good", Assert.Single(All(server)).Labels.MetricName);
    }

    [Fact]
    public async Task Gzip_is_undone_and_what_is_none_is_named()
    {
        await using var server = await StartAsync();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync("up 1\n"u8.ToArray(), TestContext.Current.CancellationToken);
        }

        using var good = await PostAsync(server, packed.ToArray(), "text/plain", encoding: "gzip");
        using var bad = await PostAsync(server, "up 1\n"u8.ToArray(), "text/plain", encoding: "gzip");
        using var foreign = await PostAsync(server, "up 1\n"u8.ToArray(), "text/plain", encoding: "br");

        Assert.Equal(HttpStatusCode.NoContent, good.StatusCode);
        await AssertRefusedAsync(bad, HttpStatusCode.BadRequest, "Content-Encoding is gzip, but the body is not");
        await AssertRefusedAsync(foreign, HttpStatusCode.UnsupportedMediaType, "send gzip or none");
    }

    [Fact]
    public async Task Limits_hold_for_what_is_unpacked_as_well()
    {
        await using var server = await StartAsync(bodyBytesMax: 64 << 10);
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[1 << 20], TestContext.Current.CancellationToken);
        }

        using var bomb = await PostAsync(server, packed.ToArray(), "text/plain", encoding: "gzip");
        using var large = await PostAsync(server, new byte[100 << 10], "text/plain");
        using var value = await PostAsync(server, $"up{{a=\"{new string('x', 5000)}\"}} 1\n", "text/plain");

        await AssertRefusedAsync(bomb, HttpStatusCode.RequestEntityTooLarge, "receiver.body_max");
        await AssertRefusedAsync(large, HttpStatusCode.RequestEntityTooLarge, "102400 bytes");
        await AssertRefusedAsync(value, HttpStatusCode.BadRequest, "Line 1: label \"a\"");
    }

    [Fact]
    public async Task A_host_that_may_not_join_leaves_nothing_behind()
    {
        await using var server = await ServerFixture.StartSetUpAsync(new FakeTimeProvider(Start));
        using var agent = server.AgentClient(static g => g with { HostsMax = 1, JoinWithin = TimeSpan.FromHours(1) });

        using var first = await SendAsync(agent, "up{host=\"a\"} 1\n");
        using var second = await SendAsync(agent, "# TYPE foreign counter\nforeign{host=\"b\"} 1\n");

        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        await AssertRefusedAsync(second, HttpStatusCode.Forbidden, "b has not joined");
        Assert.Equal(["a"], server.Part<SampleStore>().Hosts);
        Assert.Null(server.Part<MetricDescriptions>().Of("foreign").Type);

        static Task<HttpResponseMessage> SendAsync(HttpClient agent, string text) => agent.PostAsync(
            "/api/v1/import/prometheus", new StringContent(text, Encoding.UTF8, "text/plain"),
            TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("?extra_label=nope", "extra_label is \"nope\"")]
    [InlineData("?timestamp=soon", "timestamp is \"soon\"")]
    public async Task Bad_parameters_are_named(string query, string reason)
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(server, "up 1\n", "text/plain", query);

        await AssertRefusedAsync(answer, HttpStatusCode.BadRequest, reason);
    }

    [Fact]
    public async Task Garbage_never_breaks_the_server()
    {
        await using var server = await StartAsync();
        foreach (byte[] body in Gen.Byte.Array[0, 300].Array[40].Single())
        {
            using var answer = await PostAsync(server, body, "text/plain");
            Assert.True((int)answer.StatusCode < 500);
        }
    }

    static Task<ServerFixture> StartAsync(long bodyBytesMax = 32 << 20) => ServerFixture.StartAsync(
        new FakeTimeProvider(Start), AuthenticationMode.None, o => o.ReceiverBodyBytesMax = bodyBytesMax);

    static IReadOnlyList<ISampleSeries> All(ServerFixture server) => [.. server.Part<SampleStore>()
        .Select([], new TimeRange(0, long.MaxValue / 2))
        .Where(static s => !s.Labels.MetricName.StartsWith("presage_", StringComparison.Ordinal))];

    static Task<HttpResponseMessage> PostAsync(ServerFixture server, string text, string type, string query = "") =>
        PostAsync(server, Encoding.UTF8.GetBytes(text), type, query);

    static Task<HttpResponseMessage> PostAsync(
        ServerFixture server, byte[] body, string type, string query = "", string? encoding = null)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return server.Client.PostAsync(new Uri("/api/v1/import/prometheus" + query, UriKind.Relative), content);
    }

    static async Task AssertRefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string reason)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {text}");
        Assert.Contains(reason, text);
    }
}

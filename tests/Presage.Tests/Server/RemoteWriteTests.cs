using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using Presage.Metrics;
using Presage.Protocols.Prometheus;
using Presage.Receivers;
using Presage.State;
using Presage.Storage;
using Presage.Tests.Protocols;
using Snappier;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>
/// The answers the remote write 1.0 specification asks for, and that nothing else of a request is lost.
/// </summary>
public sealed class RemoteWriteTests
{
    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Good_samples_are_stored_and_answered_204_without_a_body()
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(server, Request(("up", "web1:9100", 0, 1), ("up", "web2:9100", 0, 0)));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(["web1", "web2"], server.Part<SampleStore>().Hosts);
    }

    [Fact]
    public async Task A_retry_is_answered_as_if_it_were_new()
    {
        await using var server = await StartAsync();
        byte[] body = Request(("up", "web1:9100", 0, 1));

        using var first = await PostAsync(server, body);
        using var second = await PostAsync(server, body);

        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        Assert.Equal(1, server.Part<IngestCounters>().Duplicates);
    }

    [Fact]
    public async Task Stale_markers_and_NaN_are_values_like_others()
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(
            server, Request(("up", "web1", 0, SampleValue.StaleMarker), ("load", "web1", 0, double.NaN)));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Theory]
    [InlineData(-3 * 3600, "old")]
    [InlineData(3600, "future")]
    public async Task Samples_of_another_time_are_refused_and_the_others_kept(int seconds, string reason)
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(server, Request(("bad", "web1", seconds, 1), ("good", "web1", 0, 1)));

        await AssertTextAsync(
            answer, HttpStatusCode.BadRequest, "1 of 2 samples were refused, the others are stored.", reason);
        Assert.Equal(1, server.Part<IngestCounters>().Accepted);
        Assert.Single(server.Part<IngestCounters>().RejectedSamples, x => x.Value == 1 && x.Key.Contains(reason));
    }

    [Fact]
    public async Task Late_samples_and_other_values_are_no_errors()
    {
        await using var server = await StartAsync();
        using var first = await PostAsync(server, Request(("up", "web1", 0, 1)));

        using var late = await PostAsync(server, Request(("up", "web1", -10, 1)));
        using var other = await PostAsync(server, Request(("up", "web1", 0, 0)));

        Assert.Equal(HttpStatusCode.NoContent, late.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, other.StatusCode);
        Assert.Empty(server.Part<IngestCounters>().RejectedSamples);
    }

    [Theory]
    [InlineData("a", "1", "a", "2", "a")]
    [InlineData("", "1", "b", "2", "name")]
    public async Task Series_with_bad_labels_are_refused_and_the_others_kept(
        string name1, string value1, string name2, string value2, string mention)
    {
        await using var server = await StartAsync();
        byte[] body = Compress(new WireMessage()
            .Message(1, Series(("__name__", "bad"), (name1, value1), (name2, value2)))
            .Message(1, Series(("__name__", "good"), ("instance", "web1"))));

        using var answer = await PostAsync(server, body);

        await AssertTextAsync(
            answer, HttpStatusCode.BadRequest, "1 of 2 samples were refused, the others are stored.", mention);
        Assert.Equal(["web1"], server.Part<SampleStore>().Hosts);
    }

    [Fact]
    public async Task Unsorted_labels_are_accepted()
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(server, Compress(new WireMessage()
            .Message(1, Series(("zone", "a"), ("instance", "web1"), ("__name__", "up")))));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task Labels_that_are_not_UTF8_are_refused()
    {
        await using var server = await StartAsync();
        var bad = new WireMessage()
            .Message(1, new WireMessage().Text(1, "__name__").Text(2, "bad"))
            .Message(1, new WireMessage().Text(1, "x").Bytes(2, [0xC3, 0x28]))
            .Message(2, Sample());

        using var answer = await PostAsync(server, Compress(new WireMessage().Message(1, bad)));

        await AssertTextAsync(answer, HttpStatusCode.BadRequest, "UTF-8");
        Assert.Equal(1, server.Part<IngestCounters>().RejectedSamples["invalid_utf8_series"]);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, "snappy")]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0 }, "gzip")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0, 0 }, "zstd")]
    [InlineData(new byte[0], "empty")]
    public async Task Garbage_and_wrong_compression_are_400_with_what_came(byte[] body, string mention)
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(server, body);

        await AssertTextAsync(answer, HttpStatusCode.BadRequest, mention);
        Assert.Equal(1, server.Part<IngestCounters>().RefusedRequests["malformed"]);
    }

    [Theory]
    [InlineData("application/json", "snappy")]
    [InlineData("application/x-protobuf", "gzip")]
    [InlineData("application/x-protobuf", "")]
    [InlineData("application/x-protobuf;proto=io.prometheus.write.v9.Request", "snappy")]
    public async Task Other_types_encodings_and_versions_are_415_so_that_senders_fall_back(string type, string encoding)
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(server, Request(("up", "web1", 0, 1)), type, encoding);

        await AssertTextAsync(answer, HttpStatusCode.UnsupportedMediaType, "send");
    }

    [Fact]
    public async Task The_first_version_may_be_named()
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(
            server, Request(("up", "web1", 0, 1)), "application/x-protobuf;proto=prometheus.WriteRequest", "snappy");

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Oversize_bodies_are_413(bool chunked)
    {
        await using var server = await StartAsync(bodyBytesMax: 64 << 10);
        using var request = Post(new byte[(64 << 10) + 1], "application/x-protobuf", "snappy");
        request.Headers.TransferEncodingChunked = chunked;
        using var agent = server.AgentClient();

        using var answer = await agent.SendAsync(request);

        await AssertTextAsync(answer, HttpStatusCode.RequestEntityTooLarge, "receiver.body_max");
    }

    [Fact]
    public async Task A_bomb_is_413_before_it_is_decompressed()
    {
        await using var server = await StartAsync(bodyBytesMax: 64 << 10);

        using var answer = await PostAsync(server, Snappy.CompressToArray(new byte[1 << 20]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task An_enrolment_lets_as_many_hosts_join_as_it_says_for_as_long_as_it_says()
    {
        var time = new FakeTimeProvider(Start);
        await using var server = await StartAsync(time);
        using var agent = server.AgentClient(static g => g with { HostsMax = 2, JoinWithin = TimeSpan.FromHours(1) });

        using var first = await PostAsync(agent, Request(("up", "a", 0, 1)));
        using var second = await PostAsync(agent, Request(("up", "b", 0, 1)));
        using var third = await PostAsync(agent, Request(("up", "b", 1, 1), ("up", "c", 1, 1)));
        time.Advance(TimeSpan.FromHours(1.5));
        using var later = await PostAsync(agent, Request(("up", "a", 5400, 1)));

        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        await AssertTextAsync(third, HttpStatusCode.Forbidden, "c has not joined");
        Assert.Equal(HttpStatusCode.NoContent, later.StatusCode);
        Assert.Equal(["a", "b"], server.Part<SampleStore>().Hosts);
        Assert.Equal("agent of a test", server.Part<Tokens>().NamesByHost()["a"]);
    }

    [Fact]
    public async Task A_token_is_refused_as_soon_as_it_is_revoked_or_expired_also_on_an_open_connection()
    {
        var time = new FakeTimeProvider(Start);
        await using var server = await StartAsync(time);
        var tokens = server.Part<Tokens>();
        using var revoked = server.AgentClient();
        using var expired = server.AgentClient(static g => g with { ExpiresAfter = TimeSpan.FromMinutes(1) });
        foreach (var agent in (HttpClient[])[revoked, revoked, expired, expired])
        {
            using var good = await PostAsync(agent, Request(("up", "a", 0, 1)));
            Assert.Equal(HttpStatusCode.NoContent, good.StatusCode);
        }

        Assert.All(tokens.All(), static t => Assert.Contains("127.0.0.1", t.LastUsedFrom));
        tokens.Delete(tokens.All()[0].Id);
        time.Advance(TimeSpan.FromMinutes(2));

        using var first = await PostAsync(revoked, Request(("up", "a", 1, 1)));
        using var second = await PostAsync(expired, Request(("up", "a", 1, 1)));

        await ServerFixture.ProblemAsync(first, HttpStatusCode.Unauthorized);
        await ServerFixture.ProblemAsync(second, HttpStatusCode.Unauthorized);
        Assert.Equal("nosniff", first.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Connections_read_in_blocks_of_their_own_pool()
    {
        await using var server = await StartAsync();

        Assert.IsType<ConnectionBuffers>(server.Part<IMemoryPoolFactory<byte>>());
    }

    static Task<ServerFixture> StartAsync(FakeTimeProvider? time = null, long bodyBytesMax = 1 << 20) =>
        ServerFixture.StartSetUpAsync(time ?? new FakeTimeProvider(Start), o => o.ReceiverBodyBytesMax = bodyBytesMax);

    static async Task<HttpResponseMessage> PostAsync(
        ServerFixture server, byte[] body, string type = "application/x-protobuf", string encoding = "snappy")
    {
        using var agent = server.AgentClient();
        using var request = Post(body, type, encoding);
        return await agent.SendAsync(request);
    }

    static async Task<HttpResponseMessage> PostAsync(HttpClient agent, byte[] body)
    {
        using var request = Post(body, "application/x-protobuf", "snappy");
        return await agent.SendAsync(request);
    }

    static HttpRequestMessage Post(byte[] body, string type, string encoding)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding.Length > 0)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return new HttpRequestMessage(HttpMethod.Post, "/api/v1/write") { Content = content };
    }

    static async Task AssertTextAsync(HttpResponseMessage answer, HttpStatusCode status, params string[] mentions)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {text}");
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.All(mentions, mention => Assert.Contains(mention, text, StringComparison.OrdinalIgnoreCase));
    }

    static byte[] Request(params (string Metric, string Instance, int Seconds, double Value)[] samples)
    {
        var batch = new SampleBatch();
        foreach (var (metric, instance, seconds, value) in samples)
        {
            batch.AddSeries(
                LabelSet.OfMetric(metric, new Label("instance", instance), new Label("job", "node")).ToKey());
            batch.AddSample(Start.AddSeconds(seconds).ToUnixTimeMilliseconds(), value);
        }

        return new RemoteWriteEncoder().Encode(batch).ToArray();
    }

    static WireMessage Series(params (string Name, string Value)[] labels)
    {
        var series = new WireMessage();
        foreach (var (name, value) in labels)
        {
            series.Message(1, new WireMessage().Text(1, name).Text(2, value));
        }

        return series.Message(2, Sample());
    }

    static WireMessage Sample() => new WireMessage().Fixed64(1, 1).Varint(2, (ulong)Start.ToUnixTimeMilliseconds());

    static byte[] Compress(WireMessage message) => Snappy.CompressToArray(message.ToArray());
}

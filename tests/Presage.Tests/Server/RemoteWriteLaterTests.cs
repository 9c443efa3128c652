using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Receivers;
using Presage.Storage;
using Presage.Tests.Protocols;
using Snappier;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>The answers the remote write 2.0 specification asks for.</summary>
public sealed class RemoteWriteLaterTests
{
    const string Later = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Good_samples_are_answered_204_with_what_was_written()
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(server, Request(0, 0, histogram: false));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(("2", "0", "0"), Written(answer));
        Assert.Equal(["web1"], server.Part<SampleStore>().Hosts);
        Assert.Equal("gauge", server.Part<MetricDescriptions>().Of("up").Type);
        Assert.Equal("Is it up.", server.Part<MetricDescriptions>().Of("up").Help);
    }

    [Fact]
    public async Task A_retry_counts_as_written()
    {
        await using var server = await StartAsync();
        using var first = await PostAsync(server, Request(0, 0, histogram: false));

        using var second = await PostAsync(server, Request(0, 0, histogram: false));

        Assert.Equal(("2", "0", "0"), Written(second));
    }

    [Fact]
    public async Task Part_of_a_request_is_written_and_the_rest_named()
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(server, Request(0, 3 * 3600, histogram: true));

        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(("1", "0", "0"), Written(answer));
        Assert.Contains("2 of 3 samples were refused", text);
        Assert.Contains("a native histogram has the unknown schema 50", text);
    }

    [Fact]
    public async Task Refused_requests_say_that_nothing_was_written()
    {
        await using var server = await StartAsync();

        using var answer = await PostAsync(server, Snappy.CompressToArray("garbage"u8));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(("0", "0", "0"), Written(answer));
    }

    [Fact]
    public async Task A_value_of_ten_megabytes_costs_its_series_alone()
    {
        await using var server = await StartAsync();
        var message = Symbols("", "__name__", "up", "big", new string('x', 10 << 20))
            .Message(5, new WireMessage().Bytes(1, [1, 2, 3, 4]).Message(2, Sample(0)))
            .Message(5, new WireMessage().Bytes(1, [1, 2]).Message(2, Sample(0)));

        using var answer = await PostAsync(server, Snappy.CompressToArray(message.ToArray()));

        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("label \"big\" has a value of 10485760 bytes", text);
        Assert.Equal("1", Written(answer).Samples);
    }

    [Fact]
    public async Task A_request_that_dies_half_way_leaves_nothing_behind()
    {
        await using var server = await StartAsync();
        byte[] body = Request(0, 0, histogram: false);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(
                IPAddress.Loopback, server.Server.Listening.Local.Port, TestContext.Current.CancellationToken);
            await socket.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"POST /api/v1/write HTTP/1.1\r\nHost: localhost\r\nContent-Type: {Later}\r\n" +
                    $"Content-Encoding: snappy\r\nContent-Length: {body.Length}\r\n\r\n"),
                TestContext.Current.CancellationToken);
            await socket.GetStream().WriteAsync(
                body.AsMemory(0, body.Length / 2), TestContext.Current.CancellationToken);
        }

        using var answer = await PostAsync(server, body);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(2, server.Part<IngestCounters>().Accepted);
        Assert.Equal(0, server.Part<IngestCounters>().Duplicates);
    }

    [Fact]
    public async Task A_native_histogram_can_be_asked_for_once_it_is_answered()
    {
        await using var server = await StartAsync();
        long nowMs = Start.ToUnixTimeMilliseconds();
        // Schema 1, 2 observations in the zero bucket, 3 and 3 + 1 in the buckets 1 and 3.
        var histogram = new WireMessage().Varint(1, 9).Fixed64(3, 12.5).Varint(4, 2).Fixed64(5, 0.001).Varint(6, 2)
            .Message(11, new WireMessage().Varint(1, 2).Varint(2, 1))
            .Message(11, new WireMessage().Varint(1, 2).Varint(2, 1)).Bytes(12, [6, 2]).Varint(15, (ulong)nowMs);
        var message = Symbols("", "__name__", "latency", "instance", "web1:9100")
            .Message(5, new WireMessage().Bytes(1, [1, 2, 3, 4]).Message(3, histogram));

        using var answer = await PostAsync(server, Snappy.CompressToArray(message.ToArray()));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(("0", "1", "0"), Written(answer));
        string text = await server.Client.GetStringAsync(
            new Uri($"/api/v1/query?query=latency&time={nowMs / 1000}", UriKind.Relative),
            TestContext.Current.CancellationToken);
        Assert.Contains("\"metric\":{\"__name__\":\"latency\",\"instance\":\"web1:9100\"}", text);
        Assert.Contains("\"count\":\"9\",\"sum\":\"12.5\"", text);
        Assert.Contains("[3,\"-0.001\",\"0.001\",\"2\"]", text);
        Assert.Matches("""\[0,"1","1\.4142135\d+","3"\],\[0,"2","2\.828427\d+","4"\]""", text);
    }

    static Task<ServerFixture> StartAsync() => ServerFixture.StartAsync(
        new FakeTimeProvider(Start), AuthenticationMode.None);

    static Task<HttpResponseMessage> PostAsync(ServerFixture server, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(Later);
        content.Headers.ContentEncoding.Add("snappy");
        return server.Client.PostAsync(new Uri("/api/v1/write", UriKind.Relative), content);
    }

    static (string Samples, string Histograms, string Exemplars) Written(HttpResponseMessage answer) => (
        answer.Headers.GetValues("X-Prometheus-Remote-Write-Samples-Written").Single(),
        answer.Headers.GetValues("X-Prometheus-Remote-Write-Histograms-Written").Single(),
        answer.Headers.GetValues("X-Prometheus-Remote-Write-Exemplars-Written").Single());

    /// <summary>Two samples of two series, the second so many seconds old; perhaps a histogram.</summary>
    static byte[] Request(int firstAge, int secondAge, bool histogram)
    {
        var message = Symbols("", "__name__", "up", "instance", "web1:9100", "Is it up.", "load")
            .Message(5, new WireMessage().Bytes(1, [1, 2, 3, 4]).Message(2, Sample(firstAge))
                .Message(5, new WireMessage().Varint(1, 2).Varint(3, 5)))
            .Message(5, new WireMessage().Bytes(1, [1, 6, 3, 4]).Message(2, Sample(secondAge)));
        if (histogram)
        {
            message.Message(
                5, new WireMessage().Bytes(1, [1, 2]).Message(3, new WireMessage().Varint(1, 7).Varint(4, 100)));
        }

        return Snappy.CompressToArray(message.ToArray());
    }

    static WireMessage Sample(int age) =>
        new WireMessage().Fixed64(1, 1).Varint(2, (ulong)Start.AddSeconds(-age).ToUnixTimeMilliseconds());

    static WireMessage Symbols(params string[] symbols) =>
        symbols.Aggregate(new WireMessage(), static (message, symbol) => message.Text(4, symbol));
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Protocols.Prometheus;
using Presage.Receivers;
using Presage.Storage;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>What docs/ingest.md promises where senders misbehave, line by line, through the whole server.</summary>
public sealed class BadInputTests
{
    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_host_that_makes_ever_more_series_is_throttled_alone_and_named_everywhere()
    {
        await using var server = await StartAsync(o => o.StorageSeriesPerHostMax = 1000);
        using var refused = await SendAsync(
            server, [.. Enumerable.Range(0, 1500).Select(static i => Sample("noisy", "path", $"/user/{i}"))]);

        await AssertRefusedAsync(
            refused, "500 of 1500 samples were refused, the others are stored.",
            "host \"noisy\" has its maximum of 1000 active series (storage.series_per_host_max)",
            "its label \"path\" has the most values, 1000 in 1000 series");
        var status = JsonElement.Parse(await server.Client.GetStringAsync("/api/presage/v1/status"));
        var limited = Assert.Single(status.GetProperty("storage").GetProperty("hostsLimited").EnumerateArray());
        Assert.Equal(
            ("noisy", "path", 500),
            (limited.GetProperty("host").GetString(), limited.GetProperty("label").GetString(),
                limited.GetProperty("samplesRefused").GetInt32()));
        Assert.Contains(
            "presage_storage_host_samples_refused_total{host=\"noisy\",label=\"path\"} 500\n",
            await server.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);

        // Those it has, and all other hosts, go on.
        using var known = await SendAsync(
            server, Sample("noisy", "path", "/user/7", seconds: 1), Sample("quiet", "path", "/new"));
        Assert.Equal(HttpStatusCode.NoContent, known.StatusCode);
    }

    [Fact]
    public async Task A_clock_that_runs_ahead_is_told_so_and_what_it_sends_when_it_is_right_again_is_stored()
    {
        await using var server = await StartAsync();
        using var little = await SendAsync(server, Sample("web1", "a", "1", seconds: 540));
        using var ahead = await SendAsync(server, Sample("web1", "a", "1", seconds: 3600));
        using var back = await SendAsync(server, Sample("web1", "a", "1"));

        Assert.Equal(HttpStatusCode.NoContent, little.StatusCode);
        await AssertRefusedAsync(
            ahead, "requests{a=\"1\", instance=\"web1\"}: sample at 2026-05-01T13:00:00.000Z is too far in the future",
            "the newest accepted now is 2026-05-01T12:10:00.000Z", "check the clocks of sender and server");
        Assert.Equal(HttpStatusCode.NoContent, back.StatusCode);
        Assert.Equal([0L, 540_000], Times(server));
        Assert.Contains("presage_samples_late_total 1\n", await server.Client.GetStringAsync("/metrics"));
    }

    [Fact]
    public async Task Two_sources_of_one_series_are_counted_and_answers_never_flap()
    {
        await using var server = await StartAsync();
        using var first = await SendAsync(server, Sample("web1", "a", "1", value: 5), Sample("web1", "a", "1", 1));
        using var second = await SendAsync(
            server, Sample("web1", "a", "1", value: 7), Sample("web1", "a", "1", 1, value: -1));
        using var again = await SendAsync(server, Sample("web1", "a", "1", value: 5), Sample("web1", "a", "1", 1));

        Assert.All([first, second, again], static a => Assert.Equal(HttpStatusCode.NoContent, a.StatusCode));
        var columns = new SampleColumns();
        Assert.Single(Stored(server)).Read(new TimeRange(0, long.MaxValue), columns);
        Assert.Equal([7.0, 1.0], columns.Values.ToArray());
        Assert.Contains("presage_samples_conflicting_total 3\n", await server.Client.GetStringAsync("/metrics"));
    }

    [Fact]
    public async Task A_label_of_ten_megabytes_is_refused_by_its_name_and_length_and_the_others_are_stored()
    {
        await using var server = await StartAsync();
        string huge = new('x', 10 << 20);
        using var refused = await SendAsync(server, Sample("web1", "trace", huge), Sample("web1", "trace", "short"));
        using var text = await server.Client.PostAsync(
            "/api/v1/import/prometheus", new StringContent($"good 1\nrequests{{trace=\"{huge}\"}} 1\n"));

        string said = await AssertRefusedAsync(
            refused, "1 of 2 samples were refused, the others are stored.", "\"trace\"", "10485760 bytes");
        Assert.InRange(said.Length, 1, 500);
        said = await AssertRefusedAsync(text, "Line 2", "\"trace\"", "10485760 bytes");
        Assert.InRange(said.Length, 1, 500);
        Assert.Equal("short", Assert.Single(Stored(server)).Labels["trace"]);
    }

    [Theory]
    [InlineData("/api/v1/write", "Content-Length: 100000", false)]
    [InlineData("/api/v1/write", "Content-Length: 100000", true)]
    [InlineData("/api/v1/write", "Transfer-Encoding: chunked", false)]
    [InlineData("/api/v1/write", "Transfer-Encoding: chunked", true)]
    [InlineData("/api/v1/import/prometheus", "Content-Length: 100000", false)]
    [InlineData("/api/v1/import/prometheus", "Content-Length: 100000", true)]
    public async Task A_request_that_breaks_off_half_way_leaves_nothing_behind(string path, string length, bool isReset)
    {
        using var log = new CapturedLog();
        await using (var server = await StartAsync(log: log))
        {
            var counters = server.Part<IngestCounters>();
            using (var client = new TcpClient())
            {
                await client.ConnectAsync(IPAddress.Loopback, server.Server.Listening.Local.Port);
                var stream = client.GetStream();
                string half = "good 1\n" + new string('#', 20_000);
                string chunk = length.StartsWith('T') ? $"{half.Length + 500:x}\r\n" : "";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                    + (path.EndsWith("write", StringComparison.Ordinal) ? "application/x-protobuf" : "text/plain")
                    + (path.EndsWith("write", StringComparison.Ordinal) ? "\r\nContent-Encoding: snappy" : "")
                    + $"\r\n{length}\r\n\r\n{chunk}{half}"));
                await UntilAsync(() => counters.Requests == 1);
                if (isReset)
                {
                    client.Client.Close(timeout: 0);
                }
                else
                {
                    client.Client.Shutdown(SocketShutdown.Send);
                    await ClosedAsync(stream);
                }
            }

            using var good = await SendAsync(server, Sample("web1", "a", "1"));
            Assert.Equal(HttpStatusCode.NoContent, good.StatusCode);
            Assert.Equal("requests", Assert.Single(Stored(server)).Labels.MetricName);
            Assert.Empty(server.Part<IngestCounters>().RefusedRequests);
        }

        // The server waits for its requests before it stops, so all is said by now.
        Assert.True(log.Lines.IsEmpty, string.Join('\n', log.Lines));
    }

    [Fact]
    public async Task Where_only_blocks_cannot_be_written_samples_are_taken_and_the_status_and_an_alert_say_so()
    {
        var time = new FakeTimeProvider(Start);
        var folder = Directory.CreateTempSubdirectory("presage-blocks-");
        string blocks = Directory.CreateDirectory(Path.Combine(folder.FullName, "blocks")).FullName;
        using (var small = SmallFileSystem.TryMount(blocks, "4k"))
        {
            if (small is null)
            {
                // Who is not root is kept out by permissions just as well.
                Protect(blocks, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }
            else
            {
                await File.WriteAllBytesAsync(Path.Combine(blocks, "filler"), new byte[4096]);
            }

            await using var hook = await WebhookStub.StartAsync();
            await using var server = await StartAsync(o => o.Data = folder.FullName, time);
            using var created = await server.Client.PostAsync("/api/presage/v1/channels", new StringContent(
                $$"""
                {"name": "hook", "kind": "webhook", "enabled": true, "severities": ["critical", "warning"],
                "sendResolved": true, "webhook": {"url": "{{hook.Url}}"} }
                """, Encoding.UTF8, "application/json"));
            Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
            using var first = await SendAsync(server, Sample("web1", "a", "1"));
            var store = server.Part<SampleStore>();
            await Assert.ThrowsAnyAsync<IOException>(() => store.FlushAsync(CancellationToken.None));

            var status = JsonElement.Parse(await server.Client.GetStringAsync("/api/presage/v1/status"));
            Assert.NotEmpty(status.GetProperty("storage").GetProperty("lastFlushError").GetString()!);
            Assert.Equal("Presage is ready.\n", await server.Client.GetStringAsync("/-/ready"));
            using var second = await SendAsync(server, Sample("web1", "a", "1", seconds: 1));
            Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (first.StatusCode, second.StatusCode));
            Assert.Equal([0L, 1000], Times(server));
            await ToldAsync(hook, time, "firing");

            small?.Remount("size=1m");
            Protect(blocks, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await store.FlushAsync(CancellationToken.None);
            await ToldAsync(hook, time, "resolved");
            Assert.InRange(store.Statistics.Blocks, 1, 2);
            Assert.Equal([0L, 1000], Times(server));
        }

        folder.Delete(recursive: true);
    }

    /// <summary>The server ends the connection, one way or the other, when it has seen that no more comes.</summary>
    static async Task ClosedAsync(NetworkStream stream)
    {
        try
        {
            while (await stream.ReadAsync(new byte[4096]) > 0)
            {
                continue;
            }
        }
        catch (IOException)
        {
            return;
        }
    }

    static void Protect(string folder, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, mode);
        }
    }

    static Task ToldAsync(WebhookStub hook, FakeTimeProvider time, string status) => UntilAsync(() =>
    {
        time.Advance(TimeSpan.FromSeconds(20));
        return hook.Requests.Any(request => JsonElement.Parse(request.Body) is var body
            && body.GetProperty("status").GetString() == status
            && body.GetProperty("commonLabels").GetProperty("rule").GetString() == "storage-not-tidy");
    });

    static async Task UntilAsync(Func<bool> condition)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "It takes too long.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    static Task<ServerFixture> StartAsync(
        Action<PresageOptions>? configure = null, FakeTimeProvider? time = null, CapturedLog? log = null) =>
        ServerFixture.StartAsync(
            time ?? new FakeTimeProvider(Start), AuthenticationMode.None,
            o =>
            {
                // Watching adds series of its own to a host.
                o.WatchingEnabled = false;
                configure?.Invoke(o);
            },
            log);

    static (LabelSet Labels, long TimestampMs, double Value) Sample(
        string host, string label, string text, int seconds = 0, double value = 1) =>
        (LabelSet.OfMetric("requests", new Label(label, text), new Label("instance", host)),
            Start.AddSeconds(seconds).ToUnixTimeMilliseconds(), value);

    static async Task<HttpResponseMessage> SendAsync(
        ServerFixture server, params (LabelSet Labels, long TimestampMs, double Value)[] samples)
    {
        var batch = new SampleBatch();
        foreach (var (labels, timestampMs, value) in samples)
        {
            batch.AddSeries(labels.ToKey());
            batch.AddSample(timestampMs, value);
        }

        var content = new ByteArrayContent(new RemoteWriteEncoder().Encode(batch).ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        content.Headers.ContentEncoding.Add("snappy");
        return await server.Client.PostAsync("/api/v1/write", content);
    }

    static IReadOnlyList<ISampleSeries> Stored(ServerFixture server) => [.. server.Part<SampleStore>()
        .Select([], new TimeRange(0, long.MaxValue / 2))
        .Where(static s => !s.Labels.MetricName.StartsWith("presage_", StringComparison.Ordinal))];

    static IEnumerable<long> Times(ServerFixture server)
    {
        var columns = new SampleColumns();
        Assert.Single(Stored(server)).Read(new TimeRange(0, long.MaxValue), columns);
        return columns.TimestampsMs.ToArray().Select(static t => t - Start.ToUnixTimeMilliseconds());
    }

    static async Task<string> AssertRefusedAsync(HttpResponseMessage answer, params string[] mentions)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{answer.StatusCode}: {text}");
        Assert.All(mentions, mention => Assert.Contains(mention, text, StringComparison.Ordinal));
        return text;
    }
}

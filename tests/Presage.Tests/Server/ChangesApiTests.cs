using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>"What changed here?": every series of a window compared with the time before it.</summary>
public sealed class ChangesApiTests
{
    const string Url = "/api/presage/v1/changes";
    const int StepSeconds = 15;

    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    static long FromMs => Start.AddHours(1).ToUnixTimeMilliseconds();

    static long ToMs => Start.AddMinutes(90).ToUnixTimeMilliseconds();

    [Fact]
    public async Task Ranks_what_changed_and_leaves_the_rest_out()
    {
        await using var server = await FilledAsync();

        var answer = await AskAsync(server, $"?fromMs={FromMs}&toMs={ToMs}");

        Assert.Equal(FromMs - 3_600_000, answer.GetProperty("baselineFromMs").GetInt64());
        Assert.InRange(answer.GetProperty("compared").GetInt32(), 60, 100);
        var items = answer.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["disk_reads_total", "queue_length"], items.Select(Name).Order());
        var queue = items.Single(static item => Name(item) == "queue_length");
        Assert.Equal("rose", queue.GetProperty("kind").GetString());
        Assert.Equal(1, queue.GetProperty("copies").GetInt32());
        Assert.Equal(2, queue.GetProperty("hostCount").GetInt32());
        Assert.InRange(queue.GetProperty("before").GetDouble(), 2, 8);
        Assert.InRange(queue.GetProperty("after").GetDouble(), 50, 60);
        Assert.Equal(FromMs + 600_000, queue.GetProperty("sinceMs").GetInt64(), tolerance: 30_000.0);
        Assert.Matches(
            "^queue_length rose from [0-9.]+ to [0-9.]+ at [0-9]{2}:10 on web-[12] and on one more host\\.$",
            queue.GetProperty("sentence").GetString());
        var disk = items.Single(static item => Name(item) == "disk_reads_total");
        Assert.True(disk.GetProperty("rate").GetBoolean());
        Assert.Equal("1/s", disk.GetProperty("unit").GetString());
        Assert.StartsWith("rate(disk_reads_total{", disk.GetProperty("query").GetString());
        Assert.Equal("disk_written_bytes_total", disk.GetProperty("alike")[0].GetString());
    }

    [Fact]
    public async Task Looks_at_the_hosts_and_metrics_asked_for()
    {
        await using var server = await FilledAsync();

        var one = await AskAsync(server, $"?fromMs={FromMs}&toMs={ToMs}&host=web-2");
        var calm = await AskAsync(server, $"?fromMs={FromMs}&toMs={ToMs}&host=web-3&host=web-4");
        var metric = await AskAsync(server, $"?fromMs={FromMs}&toMs={ToMs}&match=queue_length");

        Assert.Equal(["queue_length"], one.GetProperty("items").EnumerateArray().Select(Name));
        Assert.Empty(calm.GetProperty("items").EnumerateArray());
        Assert.InRange(calm.GetProperty("compared").GetInt32(), 20, 60);
        Assert.Equal(4, metric.GetProperty("compared").GetInt32());
    }

    [Fact]
    public async Task Says_which_hosts_fell_silent_instead_of_listing_all_they_had()
    {
        var time = new FakeTimeProvider(Start);
        await using var server = await ServerFixture.StartAsync(time, AuthenticationMode.None);
        await FillAsync(server, time, silentHost: 3);

        var answer = await AskAsync(server, $"?fromMs={FromMs}&toMs={ToMs}");

        Assert.Equal(["web-3"], answer.GetProperty("silentHosts").EnumerateArray().Select(static h => h.GetString()));
        Assert.DoesNotContain(
            answer.GetProperty("items").EnumerateArray(),
            static item => item.GetProperty("host").GetString() == "web-3");
    }

    [Theory]
    [InlineData("?fromMs=1777640400000&toMs=1777640401000", "fromMs")]
    [InlineData("?fromMs=1&toMs=1777640401000", "fromMs")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?baselineFromMs=9999999999999", "baselineFromMs")]
    [InlineData("?match=%7Ba%3D", "match")]
    public async Task A_bad_question_is_told_what_is_wrong(string query, string field)
    {
        await using var server = await ServerFixture.StartAsync(new FakeTimeProvider(Start), AuthenticationMode.None);

        using var answer = await server.Client.GetAsync(Url + query, TestContext.Current.CancellationToken);

        var problem = await ServerFixture.ProblemAsync(answer, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    static string Name(JsonElement item) => item.GetProperty("name").GetString()!;

    static async Task<JsonElement> AskAsync(ServerFixture server, string query) => JsonElement.Parse(
        await server.Client.GetStringAsync(Url + query, TestContext.Current.CancellationToken));

    static async Task<ServerFixture> FilledAsync()
    {
        var time = new FakeTimeProvider(Start);
        var server = await ServerFixture.StartAsync(time, AuthenticationMode.None);
        await FillAsync(server, time, silentHost: 0);
        return server;
    }

    /// <summary>
    /// Four hosts of noise; after 70 min two queues grow, and web-1 writes more, in step with its reads.
    /// </summary>
    static async Task FillAsync(ServerFixture server, FakeTimeProvider time, int silentHost)
    {
        var batch = new SampleBatch();
        double written = 0;
        for (int step = 0; step <= 360; step++)
        {
            bool isLater = step >= 280;
            batch.Clear();
            written += (isLater ? 9e6 : 1e6) + (1e5 * Noise(1, step));
            for (int host = 1; host <= 4; host++)
            {
                if (host == silentHost && step > 320)
                {
                    continue;
                }

                Add(host, "queue_length", "", 5 + Noise(host, step) + (isLater && host <= 2 ? 50 : 0));
                if (host == 1)
                {
                    Add(host, "disk_written_bytes_total", "sda", written);
                    Add(host, "disk_reads_total", "sda", written / 4096);
                }

                for (int i = 0; i < 14; i++)
                {
                    Add(host, $"calm_{i}", "", i < 4 ? i : 100 + Noise((host * 100) + i, step));
                }
            }

            await server.Part<SampleStore>().AppendAsync(batch, TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(StepSeconds));

            void Add(int host, string metric, string device, double value)
            {
                batch.AddSeries(LabelSet.OfMetric(
                    metric, new Label("device", device), new Label("host", $"web-{host}")).ToKey());
                batch.AddSample(Start.ToUnixTimeMilliseconds() + (step * StepSeconds * 1_000L), value);
            }
        }
    }

    /// <summary>Even noise between -1 and 1.</summary>
    static double Noise(int series, int step)
    {
        uint hash = (uint)HashOf(series, step);
        return (hash % 2_001 / 1_000.0) - 1;
    }

    static ulong HashOf(int series, int step)
    {
        ulong x = ((ulong)series * 0x9E3779B97F4A7C15) ^ ((ulong)step * 0xC2B2AE3D27D4EB4F);
        x = (x ^ (x >> 31)) * 0x94D049BB133111EB;
        return (x ^ (x >> 29)) & 0xFFFFFFFF;
    }
}

using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Metrics;
using Presage.Storage;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>Which label exploded, and since when.</summary>
public sealed class CardinalityApiTests
{
    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Names_the_label_that_exploded_and_by_how_much()
    {
        var time = new FakeTimeProvider(Start);
        await using var server = await ServerFixture.StartAsync(time, AuthenticationMode.None);
        await AppendAsync(server, time, requests: 60);
        await server.Part<CardinalityLog>().WriteAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(30));
        await AppendAsync(server, time, requests: 100);

        var answer = JsonElement.Parse(await server.Client.GetStringAsync(
            "/api/presage/v1/cardinality?top=3", TestContext.Current.CancellationToken));

        Assert.Equal(Start.ToUnixTimeMilliseconds(), answer.GetProperty("growthSinceMs").GetInt64());
        var metric = answer.GetProperty("metrics")[0];
        Assert.Equal(("http_seconds", 100, 40), Row(metric, "series"));
        var label = answer.GetProperty("labels").EnumerateArray()
            .First(static l => l.GetProperty("name").GetString() == "request");
        Assert.Equal(("request", 100, 40), Row(label, "values"));
        var host = answer.GetProperty("hosts").EnumerateArray()
            .First(static h => h.GetProperty("name").GetString() == "web-1");
        // Watching may have added series of its own by now.
        Assert.InRange(Row(host, "series").Item3, 40, 99);
        Assert.Equal(3, answer.GetProperty("pairs").GetArrayLength());
    }

    [Fact]
    public async Task Tells_Prometheus_clients_in_their_form()
    {
        var time = new FakeTimeProvider(Start);
        await using var server = await ServerFixture.StartAsync(time, AuthenticationMode.None);
        await AppendAsync(server, time, requests: 2);

        string text = await server.Client.GetStringAsync(
            "/api/v1/status/tsdb?limit=2", TestContext.Current.CancellationToken);

        Assert.StartsWith("""{"status":"success","data":{"headStats":{"numSeries":3},""", text);
        Assert.Contains(
            """
            "seriesCountByMetricName":[{"name":"http_seconds","value":2},{"name":"up","value":1}]
            """.Trim(),
            text);
    }

    [Fact]
    public async Task Refuses_a_list_without_end()
    {
        await using var server = await ServerFixture.StartAsync(auth: AuthenticationMode.None);

        var answer = await server.Client.GetAsync(
            "/api/presage/v1/cardinality?top=100000", TestContext.Current.CancellationToken);

        Assert.Equal(422, (int)answer.StatusCode);
    }

    static (string?, int, int) Row(JsonElement row, string count) => (
        row.GetProperty("name").GetString(), row.GetProperty(count).GetInt32(), row.GetProperty("growth").GetInt32());

    static async Task AppendAsync(ServerFixture server, TimeProvider time, int requests)
    {
        var batch = new SampleBatch();
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        Add(batch, nowMs, ("__name__", "up"), ("host", "web-1"));
        for (int i = 0; i < requests; i++)
        {
            Add(batch, nowMs, ("__name__", "http_seconds"), ("host", "web-1"), ("request", $"r{i}"));
        }

        await server.Part<SampleStore>().AppendAsync(batch, TestContext.Current.CancellationToken);
    }

    static void Add(SampleBatch batch, long nowMs, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        batch.BeginSeries();
        foreach (var (name, value) in labels)
        {
            batch.AddLabel(name, value);
        }

        Assert.True(batch.EndLabels());
        batch.AddSample(nowMs, 1);
    }
}

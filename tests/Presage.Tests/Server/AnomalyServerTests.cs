using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Metrics;
using Presage.Storage;
using Presage.Tests.Watching;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>
/// An anomaly of a host, from samples to series, rules of kind "anomaly", alerts, incidents and the live stream, over
/// HTTP.
/// </summary>
public sealed class AnomalyServerTests
{
    const string Own = "/api/presage/v1";

    readonly FakeTimeProvider _time = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    readonly SimulatedHost _host = new("web1:9100", 7);
    readonly SampleBatch _batch = new();

    [Fact]
    public async Task An_anomaly_is_series_alerts_of_its_rules_one_incident_and_a_live_event_in_the_readers_zone()
    {
        await using var server = await StartAsync();
        using var tokyo = server.NewClient();
        tokyo.DefaultRequestHeaders.Add("Time-Zone", "Asia/Tokyo");
        string ofCpu = await MakeAsync(
            server, """{"name":"Web CPU","hosts":"web.*","families":["cpu","disk"],"severity":"critical"}""");
        await MakeAsync(server, """{"name":"Databases","hosts":"db.*","severity":"critical"}""");
        await MakeAsync(server, """{"name":"Web network","hosts":"web1","families":["network"]}""");
        await FollowAsync(server, TimeSpan.FromMinutes(5));
        Assert.Empty(await ItemsAsync(tokyo, "alerts"));
        using var live = await tokyo.GetAsync(
            $"{Own}/live", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        (_host.CpuUse, _host.MemoryUse) = (0.9, 0.8);
        await FollowAsync(server, TimeSpan.FromMinutes(3));

        Assert.Equal(1, await ValueAsync(server, "presage_host_anomaly{host='web1'}"));
        Assert.Equal(1, await ValueAsync(server, "presage_host_anomaly_family{host='web1',family='cpu'}"));
        Assert.Equal(1, await ValueAsync(server, "presage_host_anomaly_family{host='web1',family='memory'}"));
        Assert.Null(await ValueAsync(server, "presage_host_anomaly_family{host='web1',family='network'}"));
        Assert.InRange((await ValueAsync(server, "presage_host_anomaly_rate{host='web1'}"))!.Value, 1e-4, 0.1);
        Assert.True(await ValueAsync(server, "presage_host_anomaly_score{host='web1'}") > 0.999);
        const string Cpu = "{host='web1',vital='cpu_use'}";
        Assert.True(await ValueAsync(server, $"presage_vital{Cpu} - presage_vital_upper{Cpu}") > 0.5);
        Assert.True(await ValueAsync(server, $"presage_vital_lower{Cpu}") < 0.05);

        var firing = await UntilAsync(server, tokyo, "alerts", 2);
        Assert.Equal(["Host unusual", "Web CPU"], firing.Select(Rule).Order(StringComparer.Ordinal));
        Assert.All(firing, static alert =>
            Assert.Matches("^web1: behaves unlike usual\\. .*, since 21:0[56]; with it ", Text(alert, "sentence")));
        var incident = Assert.Single(await ListAsync(tokyo, "incidents"));
        Assert.Equal(("web1", "open"), (Text(incident, "host"), Text(incident, "state")));
        Assert.Equal("critical", Text(incident, "severity"));
        Assert.Equal(2, incident.GetProperty("alerts").GetArrayLength());
        Assert.Equal(1, incident.GetProperty("anomalies").GetArrayLength());
        Assert.Matches(", since 21:0[56]; with it ", Text(incident, "sentence"));
        Assert.Matches(
            ", since 12:0[56]; with it ", Text(Assert.Single(await ListAsync(server.Client, "incidents")), "sentence"));

        var told = await LiveAsync(live);
        Assert.Equal(("web1", "host"), (Text(told, "host"), Text(told, "kind")));
        Assert.Matches(", since 21:0[56]; with it ", Text(told, "sentence"));
        Assert.Equal(
            incident.GetProperty("anomalies")[0].GetProperty("id").GetInt64(), told.GetProperty("id").GetInt64());

        using (var deleted = await server.Client.DeleteAsync(
            $"{Own}/rules/{ofCpu}", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        // The gravest part is over: the incident is told by what goes on.
        Assert.Equal("Host unusual", Rule(Assert.Single(await UntilAsync(server, tokyo, "alerts", 1))));
        Assert.Matches(
            "^(?!web1:).*, since 21:0[56]; with it ",
            Text(Assert.Single(await ListAsync(tokyo, "incidents")), "sentence"));
        (_host.CpuUse, _host.MemoryUse) = (0.03, 0.4);
        await FollowAsync(server, TimeSpan.FromMinutes(12));
        Assert.Equal(0, await ValueAsync(server, "presage_host_anomaly{host='web1'}"));
        Assert.Null(await ValueAsync(server, "presage_host_anomaly_family{host='web1'}"));
        Assert.Empty(await UntilAsync(server, tokyo, "alerts", 0));
        Assert.Equal("ended", Text(Assert.Single(await ListAsync(tokyo, "incidents")), "state"));
    }

    [Fact]
    public async Task Rules_of_kind_anomaly_are_made_changed_and_kept_over_a_restart()
    {
        await using var server = await ServerFixture.StartAsync(_time, AuthenticationMode.None);
        string id = await MakeAsync(
            server, """{"name":"Web disks","hosts":"web.*","families":["disk"],"falseAlarms":0.03,"forSeconds":60}""");
        var rule = await RuleAsync(server, id);
        Assert.Equal("anomaly", Text(rule, "kind"));
        Assert.False(rule.GetProperty("stock").GetBoolean());
        Assert.Equal(0.03, rule.GetProperty("threshold").GetDouble());
        Assert.Equal(
            "presage_host_anomaly_rate{host=~\"web.*\"} and on (host) " +
            "presage_host_anomaly_family{host=~\"web.*\", family=~\"disk\"} == 1 or " +
            "presage_host_anomaly_rate{host=~\"web.*\"} * 0 + 1000",
            Text(rule, "query"));

        await AnswerAsync(server, HttpMethod.Put, id, """{"families":[],"hosts":"","threshold":1}""", 200);
        rule = await RuleAsync(server, id);
        Assert.Equal("presage_host_anomaly_rate", Text(rule, "query"));
        Assert.Equal(1, rule.GetProperty("threshold").GetDouble());
        Assert.Equal("Web disks", Text(rule, "name"));

        await AnswerAsync(server, HttpMethod.Post, "", """{"name":"web DISKS"}""", 422, "name");
        string told = await AnswerAsync(server, HttpMethod.Post, "", """{"name":"a","hosts":"db(1"}""", 422, "hosts");
        Assert.Contains("\"db(1\" is not a regular expression: Not enough )'s, at character 4.", told);
        Assert.DoesNotContain("(?:", told);
        string tooLong = new('(', 501);
        await AnswerAsync(server, HttpMethod.Post, "", $$"""{"name":"a","hosts":"{{tooLong}}"}""", 422, "hosts");
        await AnswerAsync(server, HttpMethod.Post, "", """{"name":"a","families":["cpus"]}""", 422, "families");
        await AnswerAsync(server, HttpMethod.Post, "", """{"name":"a","falseAlarms":0}""", 422, "falseAlarms");
        await AnswerAsync(server, HttpMethod.Post, "", """{"name":" "}""", 422, "name");
        await AnswerAsync(server, HttpMethod.Put, "cpu-saturated", """{"hosts":"web.*"}""", 422, "hosts");
        await AnswerAsync(server, HttpMethod.Delete, "cpu-saturated", null, 409);
        await AnswerAsync(server, HttpMethod.Post, $"{id}/reset", null, 409);

        var kept = new Presage.State.RuleStore(server.Part<Presage.State.StateDatabase>(), _time).Find(id)!;
        Assert.Equal(("Web disks", 1, TimeSpan.FromSeconds(60)), (kept.Rule.Name, kept.Rule.Threshold, kept.Rule.For));
        await AnswerAsync(server, HttpMethod.Delete, id, null, 204);
        Assert.DoesNotContain(await ListAsync(server.Client, "rules"), one => Text(one, "id") == id);
        await AnswerAsync(server, HttpMethod.Put, id, """{"enabled":false}""", 404);
    }

    /// <summary>A server with half a day of a host's history.</summary>
    async Task<ServerFixture> StartAsync()
    {
        var server = await ServerFixture.StartAsync(_time, AuthenticationMode.None, static options =>
        {
            options.WatchingEnabled = false;
            options.StoragePastMax = TimeSpan.FromDays(2);
        });
        long nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        for (long atMs = nowMs - (13 * 3_600_000); atMs <= nowMs; atMs += 15_000)
        {
            _host.Sample(_batch, atMs);
            await AppendAsync(server, _batch.SampleCount > 2_000 || atMs + 15_000 > nowMs);
        }

        return server;
    }

    async Task FollowAsync(ServerFixture server, TimeSpan length)
    {
        for (int i = 0; i < length.TotalSeconds / 15; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(15));
            _host.Sample(_batch, _time.GetUtcNow().ToUnixTimeMilliseconds());
            await AppendAsync(server, isDue: true);
            await server.Part<Watcher>().TurnAsync(TestContext.Current.CancellationToken);
        }
    }

    async Task AppendAsync(ServerFixture server, bool isDue)
    {
        if (isDue)
        {
            var outcome = await server.Part<SampleStore>().AppendAsync(_batch, TestContext.Current.CancellationToken);
            Assert.Equal(0, outcome.Rejected);
            _batch.Clear();
        }
    }

    /// <summary>Waits until so many alerts fire; the clock goes on, as the rules are looked at by it.</summary>
    async Task<List<JsonElement>> UntilAsync(ServerFixture server, HttpClient client, string path, int count)
    {
        var patience = Stopwatch.StartNew();
        for (int i = 0; patience.Elapsed < TimeSpan.FromSeconds(60); i++)
        {
            var items = (await ItemsAsync(client, path)).FindAll(static one => Text(one, "state") == "firing");
            if (items.Count == count)
            {
                return items;
            }

            if (i % 20 == 0)
            {
                await FollowAsync(server, TimeSpan.FromSeconds(15));
            }

            await Task.Delay(
                TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"Not {count} in {path} within 60 s.");
        return [];
    }

    /// <summary>The first anomaly in the live stream.</summary>
    static async Task<JsonElement> LiveAsync(HttpResponseMessage live)
    {
        using var reader = new StreamReader(
            await live.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        bool isNext = false;
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (isNext)
            {
                var told = JsonElement.Parse(line["data: ".Length..]);
                if (Text(told, "kind") == "host")
                {
                    return told;
                }
            }

            isNext = line == "event: anomaly";
        }

        throw new InvalidOperationException("The live stream ended.");
    }

    static async Task<string> MakeAsync(ServerFixture server, string rule)
    {
        using var content = new StringContent(rule, System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Client.PostAsync(
            $"{Own}/rules", content, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return Text(JsonElement.Parse(text), "id");
    }

    static async Task<string> AnswerAsync(
        ServerFixture server, HttpMethod method, string path, string? body, int status, string? field = null)
    {
        string address = path.Length == 0 ? $"{Own}/rules" : $"{Own}/rules/{path}";
        using var request = new HttpRequestMessage(method, address);
        request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        if (field is null)
        {
            return "";
        }

        var problem = JsonElement.Parse(text);
        Assert.Equal(field, Text(problem, "field"));
        return Text(problem, "detail");
    }

    static async Task<JsonElement> RuleAsync(ServerFixture server, string id) =>
        (await ListAsync(server.Client, "rules")).Single(one => Text(one, "id") == id);

    static async Task<List<JsonElement>> ListAsync(HttpClient client, string path) => [.. JsonElement.Parse(
        await client.GetStringAsync($"{Own}/{path}", TestContext.Current.CancellationToken)).EnumerateArray()];

    static async Task<List<JsonElement>> ItemsAsync(HttpClient client, string path) => [.. JsonElement.Parse(
        await client.GetStringAsync($"{Own}/{path}", TestContext.Current.CancellationToken)).GetProperty("items")
        .EnumerateArray()];

    /// <summary>The value of a PromQL expression now, over HTTP; null when it has none.</summary>
    async Task<double?> ValueAsync(ServerFixture server, string query)
    {
        string time = $"{_time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0:F3}";
        var answer = JsonElement.Parse(await server.Client.GetStringAsync(
            $"/api/v1/query?query={Uri.EscapeDataString(query)}&time={time}", TestContext.Current.CancellationToken));
        return answer.GetProperty("data").GetProperty("result").EnumerateArray().ToList() is [var first, ..]
            ? double.Parse(first.GetProperty("value")[1].GetString()!)
            : null;
    }

    static string Rule(JsonElement alert) => Text(alert, "rule");

    static string Text(JsonElement one, string property) => one.GetProperty(property).GetString()!;
}

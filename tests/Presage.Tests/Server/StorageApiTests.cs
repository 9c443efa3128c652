using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Presage.Api;
using Presage.Cli;
using Presage.Configuration;
using Presage.Metrics;
using Presage.State;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>Deleting series, snapshots, backup and restore, end to end.</summary>
public sealed class StorageApiTests
{
    [Fact]
    public async Task An_operator_deletes_series_and_the_audit_log_says_so()
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        await AppendAsync(server, 4);
        var client = server.ClientOf(Role.Operator);

        using var answer = await client.PostAsJsonAsync(
            "/api/presage/v1/series/delete", new { match = new[] { "disk{i=\"1\"}" } });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("series").GetInt32());
        using var prometheus = await client.PostAsync(
            "/api/v1/admin/tsdb/delete_series?match[]=disk{i=\"2\"}&match[]=disk{i=\"3\"}&end=4102444800", null);
        Assert.Equal(HttpStatusCode.NoContent, prometheus.StatusCode);

        Assert.Equal(["0"], server.Part<SampleStore>().LabelValues("i", [Disk], Always));
        var audit = server.Part<AuditLog>().Latest(10);
        Assert.Contains(
            audit, static e => e.Action == "deleteSeries" && e.Detail.StartsWith("1 series", StringComparison.Ordinal));
        Assert.Contains(audit, static e => e.Action == "deleteSeriesPrometheus");

        using var wrong = await client.PostAsJsonAsync(
            "/api/presage/v1/series/delete", new { match = new[] { "disk{" } });
        var problem = await ServerFixture.ProblemAsync(wrong, HttpStatusCode.UnprocessableEntity);
        Assert.Equal("match", problem.GetProperty("field").GetString());
        using var none = await client.PostAsync("/api/v1/admin/tsdb/delete_series", null);
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
    }

    [Fact]
    public async Task A_deletion_that_the_disk_refuses_deletes_nothing_and_says_so()
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        await AppendAsync(server, 2);
        string inItsWay = Path.Combine(server.DataFolder, "tombstones.json");
        Directory.CreateDirectory(inItsWay);

        using var answer = await server.ClientOf(Role.Operator).PostAsJsonAsync(
            "/api/presage/v1/series/delete", new { match = new[] { "disk" } });
        var problem = await ServerFixture.ProblemAsync(answer, HttpStatusCode.InsufficientStorage);
        Assert.StartsWith("Nothing was deleted: ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(["0", "1"], server.Part<SampleStore>().LabelValues("i", [Disk], Always));
    }

    [Fact]
    public async Task Storage_verbs_ask_a_running_server_with_a_token()
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        await AppendAsync(server, 4);
        await server.Part<SampleStore>().FlushAsync(CancellationToken.None);
        string token = server.Part<Tokens>().Create(
            new TokenGrant("reader", TokenKind.Api, Role.Viewer, "test")).Secret;
        string url = server.Server.Listening.Local.ToString();
        string file = Path.Combine(server.DataFolder, "export.txt");

        Assert.Equal(0, await RunAsync("storage", "stats", "--url", url, "--token", token));
        Assert.Equal(0, await RunAsync("storage", "inspect", "--url", url, "--token", token));
        Assert.Equal(1, await RunAsync("storage", "stats", "--url", url, "--token", "wrong"));
        Assert.Equal(0, await RunAsync(
            "storage", "export", "--url", url, "--token", token, "--match", "disk{i=\"1\"}", "--output", file));
        string text = await File.ReadAllTextAsync(file);
        Assert.StartsWith("# TYPE disk unknown\ndisk{", text, StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("i=\"2\"", text, StringComparison.Ordinal);

        var client = server.ClientOf(Role.Viewer);
        string csv = await client.GetStringAsync("/api/presage/v1/export?format=csv&match=disk&fromMs=0");
        Assert.StartsWith("timestamp_ms,value,series\n", csv, StringComparison.Ordinal);
        Assert.Equal(4, csv.Split("disk{").Length - 1);
        using var wrong = await client.GetAsync("/api/presage/v1/export?format=xml");
        var problem = await ServerFixture.ProblemAsync(wrong, HttpStatusCode.UnprocessableEntity);
        Assert.Equal("format", problem.GetProperty("field").GetString());
        string files = await client.GetStringAsync("/api/presage/v1/storage/files");
        Assert.Contains("\"kind\":\"raw\"", files, StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await server.Client.GetAsync("/api/presage/v1/export")).StatusCode);
    }

    [Fact]
    public async Task A_backup_of_a_running_server_restores_to_the_same_samples_and_accounts()
    {
        var folder = Directory.CreateTempSubdirectory("presage-backup-");
        try
        {
            await using var server = await ServerFixture.StartSetUpAsync();
            await AppendAsync(server, 50);
            string token = server.Part<Tokens>().Create(
                new TokenGrant("backup", TokenKind.Api, Role.Administrator, "test")).Secret;
            string backup = Path.Combine(folder.FullName, "backup"), data = Path.Combine(folder.FullName, "data");

            string listen = server.Server.Listening.Local.Authority;
            Assert.Equal(0, await RunAsync(
                "backup", backup, "--data", server.DataFolder, "--listen", listen, "--token", token));
            Assert.Empty(server.Part<SnapshotDesk>().All);
            await AppendAsync(server, 60);
            Assert.Equal(0, await RunAsync("restore", backup, "--data", data));
            Assert.Equal(1, await RunAsync("restore", backup, "--data", data));

            await using var restored = await PresageServer.StartAsync(
                new PresageOptions
                {
                    Data = data, Listen = new IPEndPoint(IPAddress.Loopback, 0), CollectionEnabled = false,
                },
                TimeProvider.System, static _ => { }, CancellationToken.None);
            var store = (SampleStore)restored.App.Services.GetService(typeof(SampleStore))!;
            Assert.Equal(50, store.Select([Disk], Always).Count);
            Assert.Empty(store.Statistics.Damages);
            var accounts = (Accounts)restored.App.Services.GetService(typeof(Accounts))!;
            Assert.NotNull(accounts.Find(ServerFixture.AdministratorName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static TimeRange Always => new(0, long.MaxValue);

    static LabelMatcher Disk { get; } = new(LabelNames.MetricName, MatchOperator.Equal, "disk");

    static Task<int> RunAsync(params string[] arguments) =>
        PresageCommand.Create(TimeProvider.System).Parse(arguments).InvokeAsync(null, CancellationToken.None);

    static async Task AppendAsync(ServerFixture server, int series)
    {
        var batch = new SampleBatch();
        long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (int i = 0; i < series; i++)
        {
            batch.AddSeries(LabelSet.OfMetric("disk", new Label("host", "web"), new Label("i", $"{i}")).ToKey());
            batch.AddSample(nowMs - 1000, i);
        }

        await server.Part<SampleStore>().AppendAsync(batch, CancellationToken.None);
    }
}

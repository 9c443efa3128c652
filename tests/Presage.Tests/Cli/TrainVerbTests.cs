using System.CommandLine;
using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Presage.Api;
using Presage.Cli;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.State;
using Presage.Storage;
using Presage.Tests.Watching;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Cli;

/// <summary>Learning from stored history: in a running server, then in the folder of the stopped one.</summary>
public sealed class TrainVerbTests
{
    const int HistoryHours = 14;
    const int CadenceSeconds = 30;

    [Fact]
    public async Task Learns_in_a_running_server_and_in_the_folder_of_a_stopped_one()
    {
        string folder = Directory.CreateTempSubdirectory("presage-train-").FullName;
        var options = new PresageOptions
        {
            Data = folder,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Auth = AuthenticationMode.None,
            CollectionEnabled = false,
            StoragePastMax = TimeSpan.FromDays(2),
        };
        await using (var server = await PresageServer.StartAsync(
            options, TimeProvider.System, static logging => logging.ClearProviders(), CancellationToken.None))
        {
            await SendHistoryAsync(server.App.Services.GetRequiredService<SampleStore>());
            string url = server.Listening.Local.ToString();

            Assert.Equal(0, await RunAsync(new PresageOptions(), "--url", url, "--since", "12h"));
            using var http = new HttpClient();
            var progress = await http.GetFromJsonAsync<TrainingProgress>(
                url + "api/presage/v1/detection/training", ApiJson.Options);
            var learned = Assert.Single(progress!.Learned);
            Assert.Equal("web1", learned.Host);
            Assert.InRange(learned.Rows, 700, 721);
            Assert.Equal(1, await RunAsync(new PresageOptions(), "--url", url, "--host", "nobody"));

            // The folder belongs to the server while it runs.
            Assert.Equal(1, await RunAsync(new PresageOptions { Data = folder }));
            Assert.Equal(1, await ReplayVerb.Of(_ => new PresageOptions { Data = folder })
                .Parse(["--host", "web1"]).InvokeAsync(null, CancellationToken.None));
        }

        using (var state = StateDatabase.Open(folder))
        {
            state.Write(static connection => connection.Execute("delete from host_models"));
        }

        Assert.Equal(0, await RunAsync(new PresageOptions { Data = folder }, "--since", "13h", "--host", "web1"));
        using (var state = StateDatabase.Open(folder))
        {
            Assert.Equal(1, state.Read(static connection => connection.Query(
                "select count(*) from host_models", static row => row.GetInt64(0)))[0]);
        }

        Assert.Equal(1, await RunAsync(new PresageOptions { Data = folder }, "--host", "nobody"));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Learns_from_an_import_into_the_folder_of_a_server_that_never_ran()
    {
        string folder = Directory.CreateTempSubdirectory("presage-train-").FullName;
        var options = new PresageOptions { Data = folder };
        string file = Path.Combine(folder, "history.prom");
        long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1_000 * 1_000;
        var lines = Enumerable.Range(0, HistoryHours * 60).SelectMany(i => (string[])
        [
            $"node_load1{{instance=\"web1:9100\"}} {1 + (i % 7)} {nowMs - (i * 60_000L)}",
            $"node_memory_MemTotal_bytes{{instance=\"web1:9100\"}} 8e9 {nowMs - (i * 60_000L)}",
            $"node_memory_MemAvailable_bytes{{instance=\"web1:9100\"}} {4e9 + (i % 11 * 1e7)} {nowMs - (i * 60_000L)}",
        ]);
        await File.WriteAllLinesAsync(file, lines);
        Assert.Equal(1, await RunAsync(options));
        var root = new RootCommand();
        ImportVerb.AddTo(root, _ => options);
        Assert.Equal(0, await root.Parse(["import", "openmetrics", "--text", file])
            .InvokeAsync(null, CancellationToken.None));

        Assert.Equal(0, await RunAsync(options, "--since", "14h"));
        using (var state = StateDatabase.Open(folder))
        {
            Assert.Equal(1, state.Read(static connection => connection.Query(
                "select count(*) from host_models where host = 'web1'", static row => row.GetInt64(0)))[0]);
            var tracks = new DetectorStates(state, VitalCatalogue.Default).Load("web1", out int dropped);
            Assert.Equal(0, dropped);
            Assert.Contains(tracks, static track => track.Key == "memory_use");
        }

        Directory.Delete(folder, recursive: true);
    }

    static Task<int> RunAsync(PresageOptions options, params string[] args) =>
        TrainVerb.Of(_ => options).Parse(args).InvokeAsync();

    static async Task SendHistoryAsync(SampleStore store)
    {
        var host = new SimulatedHost("web1:9100", 5);
        var batch = new SampleBatch();
        long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (long atMs = nowMs - (HistoryHours * 3_600_000L); atMs <= nowMs; atMs += CadenceSeconds * 1_000)
        {
            host.Sample(batch, atMs);
            if (batch.SampleCount > 2_000)
            {
                Assert.Equal(0, (await store.AppendAsync(batch, CancellationToken.None)).Rejected);
                batch.Clear();
            }
        }

        Assert.Equal(0, (await store.AppendAsync(batch, CancellationToken.None)).Rejected);
    }
}

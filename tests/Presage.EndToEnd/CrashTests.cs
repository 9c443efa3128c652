using Presage.EndToEnd.Support;
using Presage.Metrics;
using Xunit;

namespace Presage.EndToEnd;

/// <summary>The promise that nothing acknowledged is ever lost, kept through kill -9.</summary>
[Collection(OneAtATime.Name)]
public sealed class CrashTests
{
    const int Series = 200;

    [Fact]
    public async Task Kill_9_while_senders_write_loses_no_acknowledged_sample()
    {
        using var folder = new TemporaryFolder();
        int port = FreePort.Next();
        var acknowledged = new List<long>();
        for (int round = 0; round < 4; round++)
        {
            await using var server = await PresageProcess.StartAsync(
                folder["data"],
                port,
                "--auth",
                "none",
                "--collect",
                "off"
            );
            await using var agent = round == 0 ? null : StartAgent(server, folder["spool"]);
            var writing = WriteUntilRefusedAsync(server, acknowledged);
            await Eventually.Holds(
                "samples are acknowledged",
                TimeSpan.FromSeconds(10),
                () => Task.FromResult(CountOf(acknowledged) > (round + 1) * 150)
            );
            await server.KillAsync();
            await writing;
        }

        await using var last = await PresageProcess.StartAsync(
            folder["data"],
            port,
            "--auth",
            "none",
            "--collect",
            "off"
        );
        for (int series = 0; series < Series; series += 37)
        {
            var stored = await ReadAsync(last, $"crash_test_total{{series=\"{series}\"}}");
            var missing = acknowledged.Where(time =>
                !stored.TryGetValue(time, out double value) || value != time + series
            );
            Assert.Empty(missing);
        }

        double? agentSeries = await last.ValueAsync("count(last_over_time(node_load1{instance=\"crash-agent\"}[5m]))");
        Assert.Equal(1, agentSeries);
    }

    static ChildProcess StartAgent(PresageProcess server, string spool) =>
        ChildProcess.Start(
            Product.Agent,
            [
                "--server",
                server.Address.ToString(),
                "--token",
                "none",
                "--spool",
                spool,
                "--label",
                "instance=crash-agent",
            ]
        );

    static int CountOf(List<long> acknowledged)
    {
        lock (acknowledged)
        {
            return acknowledged.Count;
        }
    }

    static async Task WriteUntilRefusedAsync(PresageProcess server, List<long> acknowledged)
    {
        var writer = new RemoteWriter(server.Client);
        long time = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        while (true)
        {
            var batch = new SampleBatch();
            for (int series = 0; series < Series; series++)
            {
                batch.AddSeries(
                    LabelSet
                        .OfMetric(
                            "crash_test_total",
                            new Label("instance", "crash"),
                            new Label("series", series.ToString())
                        )
                        .ToKey()
                );
                batch.AddSample(time, time + series);
            }

            try
            {
                using var response = await writer.SendAsync(batch);
                Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            }
            catch (HttpRequestException)
            {
                return;
            }

            lock (acknowledged)
            {
                acknowledged.Add(time);
            }

            time = Math.Max(time + 1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        }
    }

    static async Task<Dictionary<long, double>> ReadAsync(PresageProcess server, string selector)
    {
        var answer = await server.GetAsync($"/api/v1/query?query={Uri.EscapeDataString(selector + "[30m]")}");
        var result = answer.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0
            ? []
            : result[0]
                .GetProperty("values")
                .EnumerateArray()
                .ToDictionary(
                    static pair => (long)Math.Round(pair[0].GetDouble() * 1000),
                    static pair => double.Parse(pair[1].GetString()!)
                );
    }
}

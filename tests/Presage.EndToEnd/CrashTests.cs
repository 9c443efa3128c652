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
        await using var agent = StartAgent(port, folder["spool"]);
        for (int round = 0; round < 4; round++)
        {
            await using var server = await StartServerAsync(folder["data"], port);
            var writing = WriteUntilRefusedAsync(server, acknowledged);
            await AgentSendsAsync(server);
            await Eventually.Holds(
                "samples are acknowledged",
                TimeSpan.FromSeconds(10),
                () => Task.FromResult(CountOf(acknowledged) > (round + 1) * 150)
            );
            await server.KillAsync();
            await writing;
        }

        await using var last = await StartServerAsync(folder["data"], port);
        for (int series = 0; series < Series; series += 37)
        {
            var stored = await ReadAsync(last, $"crash_test_total{{series=\"{series}\"}}");
            var missing = acknowledged
                .Where(time => !stored.TryGetValue(time, out double value) || value != time + series)
                .ToArray();
            string span = $"{missing.FirstOrDefault()} to {missing.LastOrDefault()}";
            Assert.True(
                missing.Length == 0,
                $"{missing.Length} of {acknowledged.Count} acknowledged samples are missing, {span}. {last.Output}");
        }

        await AgentSendsAsync(last);
        var times = (await ReadAsync(last, "node_load1{instance=\"crash-agent\"}")).Keys.Order().ToArray();
        Assert.All(times.Zip(times.Skip(1)), static pair => Assert.InRange(pair.Second - pair.First, 1, 1900));
    }

    static Task<PresageProcess> StartServerAsync(string data, int port) =>
        PresageProcess.StartAsync(data, port, "--auth", "none", "--collect", "off");

    /// <summary>Waits until a sample taken from now on has come from the agent.</summary>
    static async Task AgentSendsAsync(PresageProcess server)
    {
        double since = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        string query = $"timestamp(node_load1{{instance=\"crash-agent\"}}) > {since:F3}";
        await Eventually.Holds(
            "the agent's samples arrive",
            TimeSpan.FromSeconds(30),
            async () => await server.ValueAsync(query) is not null
        );
    }

    static ChildProcess StartAgent(int port, string spool) =>
        ChildProcess.Start(
            Product.Agent,
            [
                "--server",
                $"http://127.0.0.1:{port}",
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
        // A fast sender's times, a millisecond apart at least, run ahead of the clock.
        long aMinuteAhead = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 60;
        var answer = await server.GetAsync(
            $"/api/v1/query?query={Uri.EscapeDataString(selector + "[30m]")}&time={aMinuteAhead}"
        );
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

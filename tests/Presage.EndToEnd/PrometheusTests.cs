using Presage.EndToEnd.Support;
using Xunit;

namespace Presage.EndToEnd;

/// <summary>Debian's real Prometheus scrapes a real node exporter and writes into Presage.</summary>
[Collection(OneAtATime.Name)]
public sealed class PrometheusTests
{
    const string Prometheus = "/usr/bin/prometheus";
    const string NodeExporter = "/usr/bin/prometheus-node-exporter";

    [Fact]
    public async Task A_real_Prometheus_sends_a_real_node_exporter()
    {
        Assert.SkipUnless(File.Exists(Prometheus), "needs Debian's prometheus");
        Assert.SkipUnless(File.Exists(NodeExporter), "needs Debian's prometheus-node-exporter");
        using var folder = new TemporaryFolder();
        int exporterPort = FreePort.Next(),
            prometheusPort = FreePort.Next();
        await using var server = await PresageProcess.StartAsync(
            folder["data"],
            FreePort.Next(),
            "--auth",
            "none",
            "--collect",
            "off"
        );
        await using var exporter = ChildProcess.Start(NodeExporter, [$"--web.listen-address=127.0.0.1:{exporterPort}"]);
        await File.WriteAllTextAsync(
            folder["prometheus.yml"],
            Configuration(exporterPort, server.Address),
            TestContext.Current.CancellationToken
        );
        await using var prometheus = ChildProcess.Start(
            Prometheus,
            [
                $"--config.file={folder["prometheus.yml"]}",
                $"--storage.tsdb.path={folder["tsdb"]}",
                $"--web.listen-address=127.0.0.1:{prometheusPort}",
                "--log.level=warn",
            ]
        );

        await Eventually.Holds(
            $"the host arrives; Prometheus printed {prometheus.Output}",
            TimeSpan.FromSeconds(30),
            async () => await server.ValueAsync("node_load1{instance=\"db-01:9100\"}") is not null
        );
        await Eventually.Holds(
            "its vital signs are computed",
            TimeSpan.FromSeconds(30),
            async () => await server.ValueAsync("presage_vital{host=\"db-01\",vital=\"cpu_use\"}") is >= 0 and <= 1.01
        );
        var host = await server.GetAsync("/api/presage/v1/hosts/db-01");
        Assert.Equal("prometheus", host.GetProperty("summary").GetProperty("source").GetString());
        await AssertSameAsPrometheusAsync(server, prometheusPort);
    }

    static string Configuration(int exporterPort, Uri server) =>
        $$$"""
            global: {scrape_interval: 1s, scrape_timeout: 900ms}
            scrape_configs:
            - job_name: node
              static_configs: [{targets: ['127.0.0.1:{{{exporterPort}}}'], labels: {instance: 'db-01:9100'}}]
            remote_write:
            - url: {{{server}}}api/v1/write
              queue_config: {batch_send_deadline: 1s, min_shards: 1, max_shards: 1}
            """;

    /// <summary>Both answer the same to 1e-9, three seconds ago, once both have samples of ten seconds.</summary>
    static async Task AssertSameAsPrometheusAsync(PresageProcess server, int prometheusPort)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{prometheusPort}") };
        string[] queries =
        [
            "sum(rate(node_cpu_seconds_total[10s]))",
            "sum by (mode) (increase(node_cpu_seconds_total{cpu=\"0\"}[8s]))",
            "node_memory_MemTotal_bytes",
            "count(node_filesystem_size_bytes)",
        ];
        foreach (string query in queries)
        {
            string seen = "";
            await Eventually.Holds($"{query} is the same in both", TimeSpan.FromSeconds(40), async () =>
            {
                long time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 3;
                double? ours = await InstantQuery.FirstOrNullAsync(server.Client, query, time * 1000);
                double? theirs = await InstantQuery.FirstOrNullAsync(client, query, time * 1000);
                seen = $"{query}: {ours} here, {theirs} in Prometheus";
                return ours is { } x && theirs is { } y && Math.Abs(x - y) <= 1e-9 * Math.Abs(y);
            });
            Figures.Add(seen);
        }
    }
}

namespace Presage.Bench.PromQl;

/// <summary>How each server is started on its part of the benchmark's folder.</summary>
static class Servers
{
    public static Task<Peer> PrometheusAsync(string folder)
    {
        string data = Path.Combine(folder, "prometheus"), config = Path.Combine(folder, "prometheus.yml");
        File.WriteAllText(config, "global: {}\n");
        return Peer.StartAsync(
            "prometheus", "prometheus",
            [
                $"--config.file={config}", $"--storage.tsdb.path={data}", "--web.listen-address=127.0.0.1:19491",
                "--web.enable-remote-write-receiver", "--query.lookback-delta=5m",
                "--storage.tsdb.retention.time=30d",
            ],
            19491);
    }

    public static Task<Peer> VictoriaAsync(string folder) => Peer.StartAsync(
        "victoria-metrics", "victoria-metrics",
        [
            $"-storageDataPath={Path.Combine(folder, "victoria")}", "-httpListenAddr=127.0.0.1:19492",
            "-retentionPeriod=12", "-search.maxUniqueTimeseries=1000000",
        ],
        19492);

    /// <param name="folder">The benchmark's folder.</param>
    /// <param name="program">The built presage.dll.</param>
    public static Task<Peer> PresageAsync(
        string folder, string program) => Peer.StartAsync(
        "presage", "dotnet",
        [
            program, "serve", "--listen", "127.0.0.1:19493", "--auth", "none", "--collect", "false",
            "--data", Path.Combine(folder, "presage"),
        ],
        19493);
}

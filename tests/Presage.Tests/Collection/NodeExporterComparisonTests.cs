using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Collection;
using Presage.Metrics;
using Presage.Protocols.Prometheus;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Collection;

/// <summary>
/// Debian's real node exporter and our collectors on the same machine: names and label sets must agree.
/// </summary>
public sealed class NodeExporterComparisonTests
{
    const string Binary = "/usr/bin/prometheus-node-exporter";

    /// <summary>What node_exporter has and we have not, by prefix. The reasons stand in docs/collection.md.</summary>
    static readonly string[] Differing =
    [
        "go_", "process_", "promhttp_", "node_exporter_build_info", "node_scrape_collector_", "node_textfile_",
        "node_time_zone_offset_seconds", "node_schedstat_", "node_xfs_", "node_btrfs_", "node_zfs_", "node_bcache_",
        "node_nfs_", "node_nfsd_", "node_ipvs_", "node_infiniband_", "node_fibrechannel_", "node_nvme_", "node_tape_",
        "node_rapl_", "node_power_supply_", "node_bonding_", "node_dmi_", "node_systemd_",
        "node_disk_filesystem_info", "node_disk_device_mapper_info", "node_disk_ata_",
        "node_network_speed_bytes",
    ];

    [Fact]
    public async Task Every_series_of_the_node_exporter_is_collected_but_for_the_documented_ones()
    {
        Assert.SkipUnless(File.Exists(Binary), "Package prometheus-node-exporter is not installed.");
        var theirs = await ScrapeNodeExporterAsync();
        using var collectors =
            HostCollectors.ForThisMachine(new CollectionOptions(), TimeProvider.System, NullLogger.Instance);
        var batch = new SampleBatch();
        collectors.CollectInto(batch, 1_700_000_000_000);
        var ours = Series(batch);

        var missing = theirs
            .Where(series => !ours.Contains(series)
                && !Differing.Any(prefix => series.StartsWith(prefix, StringComparison.Ordinal)))
            .Where(series => !IsProcessBound(series))
            .Order(StringComparer.Ordinal);

        Assert.True(theirs.Count > 200, $"{theirs.Count} series scraped");
        Assert.Equal("", string.Join('\n', missing));
    }

    /// <summary>Mounts that another test makes or ends between the two readings.</summary>
    static bool IsProcessBound(string series) =>
        series.StartsWith("node_filesystem_", StringComparison.Ordinal)
            && (series.Contains("/tmp/", StringComparison.Ordinal)
                || series.Contains(Path.GetTempPath(), StringComparison.Ordinal));

    static async Task<HashSet<string>> ScrapeNodeExporterAsync()
    {
        using var reserved = new ReservedPort();
        int port = reserved.Number;
        using var exporter = Process.Start(new ProcessStartInfo(Binary, [$"--web.listen-address=127.0.0.1:{port}"])
        {
            RedirectStandardError = true,
        })!;
        exporter.ErrorDataReceived += static (_, _) => { };
        exporter.BeginErrorReadLine();
        try
        {
            using var client = new HttpClient();
            byte[] text = await WaitForAsync(client, new Uri($"http://127.0.0.1:{port}/metrics"), exporter);
            var batch = new SampleBatch();
            Assert.True(
                new ExpositionParser(new ExpositionLimits()).TryParse(text, false, 1, batch, out var error),
                    error.Message);
            return Series(batch);
        }
        finally
        {
            exporter.Kill();
            await exporter.WaitForExitAsync();
        }
    }

    static async Task<byte[]> WaitForAsync(HttpClient client, Uri address, Process exporter)
    {
        var limit = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await client.GetByteArrayAsync(address);
            }
            catch (HttpRequestException) when (limit.Elapsed < TimeSpan.FromSeconds(60) && !exporter.HasExited)
            {
                // Not at once: the exporter needs a processor to come up.
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }

    static HashSet<string> Series(SampleBatch batch)
    {
        var result = new HashSet<string>();
        foreach (ref readonly var series in batch.Series)
        {
            var labels = LabelSet.FromKey(batch.KeyOf(series));
            Label[] own = [.. labels.Labels.ToArray().Where(label =>
                label.Name is not ("__name__" or "instance" or "job"))];
            result.Add(labels.MetricName + LabelSet.Of(own));
        }

        return result;
    }
}

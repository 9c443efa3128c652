using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Presage.Collection;
using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Collection;

public sealed class HostCollectorsTests
{
    const long StartMs = 1_700_000_000_000;

    readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(StartMs));
    readonly SampleBatch _batch = new();

    [Fact]
    public void Collects_this_machine_with_every_series_labelled_alike()
    {
        var options = new CollectionOptions { HostName = "web1", Labels = [new Label("site", "lab")] };
        using var collectors = HostCollectors.ForThisMachine(options, _time, NullLogger.Instance);

        collectors.CollectInto(_batch, StartMs);

        Assert.True(_batch.SeriesCount > 150, $"{_batch.SeriesCount} series");
        Assert.Equal(_batch.SeriesCount, _batch.SampleCount);
        foreach (ref readonly var series in _batch.Series)
        {
            var labels = LabelSet.FromKey(_batch.KeyOf(series));
            Assert.Equal(("web1", "node", "lab"), (labels["instance"], labels["job"], labels["site"]));
        }

        var samples = Collected.Print(_batch);
        Assert.True(samples["node_memory_MemTotal_bytes{site=\"lab\"}"] > 1 << 20);
        Assert.Equal(StartMs, _batch.TimestampsMs[0]);
        Assert.Equal("web1", collectors.Facts.Host);
        Assert.NotEmpty(collectors.TopProcesses);
    }

    [Fact]
    public void Slow_subjects_come_every_10_seconds_and_cheap_ones_every_second()
    {
        using var collectors = HostCollectors.ForThisMachine(new CollectionOptions(), _time, NullLogger.Instance);
        int loads = 0, names = 0;

        for (int second = 0; second < 21; second++)
        {
            _batch.Clear();
            collectors.CollectInto(_batch, StartMs + (second * 1000) + (second % 3));
            var samples = Collected.Print(_batch);
            loads += samples.ContainsKey("node_load1") ? 1 : 0;
            names += samples.Keys.Count(key => key.StartsWith("node_uname_info", StringComparison.Ordinal));
        }

        Assert.Equal((21, 3), (loads, names));
    }

    [Fact]
    public void A_machine_without_proc_and_sys_says_so_once_and_collects_the_rest()
    {
        string empty = Directory.CreateTempSubdirectory("presage").FullName;
        var logger = new CollectingLogger();
        try
        {
            var options = new CollectionOptions { ProcPath = empty, SysPath = empty, HostName = "bare" };
            using var collectors = HostCollectors.ForThisMachine(options, _time, logger);

            for (int second = 0; second < 30; second++)
            {
                collectors.CollectInto(_batch, StartMs + (second * 1000));
            }

            Assert.Equal(1, logger.Lines.Count(line => line.Contains("meminfo", StringComparison.Ordinal)));
            Assert.All(logger.Lines, line => Assert.Contains("missing or unreadable", line, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(empty, true);
        }
    }

    [Fact]
    public void A_collection_allocates_next_to_nothing_once_warm()
    {
        using var collectors =
            HostCollectors.ForThisMachine(new CollectionOptions(), TimeProvider.System, NullLogger.Instance);
        for (int second = 0; second < 20; second++)
        {
            _batch.Clear();
            collectors.CollectInto(_batch, StartMs + (second * 1000));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int second = 20; second < 80; second++)
        {
            _batch.Clear();
            collectors.CollectInto(_batch, StartMs + (second * 1000));
        }

        // The list of top processes is made anew at each scan, and processes come and go meanwhile.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 60, 0, 20_000);
    }
}

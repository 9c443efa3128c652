using System.Diagnostics;
using System.IO.Hashing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Presage.Detection;
using Presage.Metrics;
using Presage.Storage;
using Presage.Tests.Support;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>The look at every series of a store.</summary>
public sealed class SeriesWatchTests : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("presage-series-").FullName;
    readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(WatchedServer.StartMs));
    readonly SampleBatch _batch = new();
    readonly SeededGenerator _random = new(3);
    double _count;
    double _received = 1e9;
    SampleStore _store = null!;

    public ValueTask InitializeAsync()
    {
        Open();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_series_that_changes_is_listed_and_stored_and_ends()
    {
        var watching = new SeriesWatching(_store, _folder, NullLogger.Instance);
        await FollowAsync(watching, 400);
        Assert.Empty(watching.OddOf("web1"));

        await FollowAsync(watching, 2, rate: 50_000_000);
        var odd = watching.OddOf("web1")[0];
        Assert.Equal("node_network_receive_bytes_total", odd.Labels.MetricName);
        Assert.Equal(SeriesOddity.Spike, odd.Oddity);
        Assert.True(odd.IsRate);
        Assert.InRange(odd.Value, 2.5e7, 7.5e7);
        Assert.InRange(odd.Upper, 1_000, 10_000);
        Assert.True(odd.Score > 0.999999);
        watching.Flush("web1", _batch);
        Assert.True(_batch.SampleCount > 0);
        await _store.AppendAsync(_batch, CancellationToken.None);
        _batch.Clear();
        var stored = Assert.Single(_store.Select(
            [new LabelMatcher(LabelNames.MetricName, MatchOperator.Equal, "presage_anomaly_score")],
            new TimeRange(0, long.MaxValue)));
        Assert.Equal("node_network_receive_bytes_total", stored.Labels["metric"]);
        Assert.Equal("lo", stored.Labels["device"]);
        Assert.Equal("web1", stored.Labels["host"]);
        var changed = Assert.Single(
            Presage.Api.ChangedSeriesList.Of(_store, new TimeRange(NowMs - 600_000, NowMs), 10));
        Assert.Equal("node_network_receive_bytes_total{device=\"lo\", instance=\"web1:9100\"}", changed.Query);
        Assert.Equal("web1", changed.Host);
        Assert.True(changed.Score > 0.999999);

        await FollowAsync(watching, 120);
        Assert.Empty(watching.OddOf("web1"));
    }

    [Fact]
    public async Task A_series_that_stops_while_its_host_sends_is_missing()
    {
        var watching = new SeriesWatching(_store, _folder, NullLogger.Instance);
        await FollowAsync(watching, 250);
        await FollowAsync(watching, 8, stopped: true);
        Assert.Contains(watching.OddOf("web1"), static odd =>
            odd.Oddity == SeriesOddity.Missing && odd.Labels.MetricName == "node_load1");
        await FollowAsync(watching, 3);
        Assert.Empty(watching.OddOf("web1"));
    }

    [Fact]
    public async Task What_was_learned_comes_back_after_a_restart()
    {
        var watching = new SeriesWatching(_store, _folder, NullLogger.Instance);
        await FollowAsync(watching, 250);
        watching.Save(NowMs, isStopping: true);
        await _store.DisposeAsync();
        Open();
        watching = new SeriesWatching(_store, _folder, NullLogger.Instance);
        await FollowAsync(watching, 3);
        Assert.Empty(watching.OddOf("web1"));
        await FollowAsync(watching, 2, rate: 50_000_000);
        Assert.NotEmpty(watching.OddOf("web1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stored_history_teaches_at_once_and_maintenance_in_it_does_not(bool isMaintained)
    {
        // Two hours without anybody who looks, an hour of them wild.
        var wild = new TimeRange(NowMs + 1_800_000, NowMs + 5_400_000);
        for (int i = 0; i < 720; i++)
        {
            await FollowAsync(null, 1, wild.Contains(NowMs) ? 50_000_000 : 2_000);
        }

        var window = wild with { ToMs = wild.ToMs + 10_000 };
        var maintenance = new Maintenance(static (_, _) => false, _ => isMaintained ? [window] : []);
        var watching = new SeriesWatching(_store, _folder, NullLogger.Instance);
        await FollowAsync(watching, 30, maintenance: maintenance);
        Assert.Empty(watching.OddOf("web1"));
        await FollowAsync(watching, 2, rate: 50_000_000, maintenance: maintenance);
        Assert.Equal(isMaintained ? 1 : 0, watching.OddOf("web1").Count);
    }

    [Fact]
    public async Task History_that_comes_in_bulk_teaches_when_it_is_there()
    {
        var watching = new SeriesWatching(_store, _folder, NullLogger.Instance);
        await FollowAsync(watching, 2);
        for (int i = 0; i < 400; i++)
        {
            await FollowAsync(i % 200 == 0 ? watching : null, 1);
        }

        await FollowAsync(watching, 30);
        await FollowAsync(watching, 2, rate: 50_000_000);
        Assert.Single(watching.OddOf("web1"));
    }

    [Fact]
    public async Task Stored_days_teach_the_rhythm_which_is_kept()
    {
        // Nobody looks for six days.
        while (Day < 6)
        {
            await AddSineAsync(60, hoursLate: 0, samples: 60);
        }

        var watching = new SeriesWatching(_store, _folder, NullLogger.Instance);
        for (int i = 0; i < 360; i++)
        {
            await AddSineAsync(10, hoursLate: 0);
            watching.Turn(NowMs, Maintenance.None);
            Assert.Empty(watching.OddOf("web1"));
        }

        watching.Save(NowMs, isStopping: true);
        watching = new SeriesWatching(_store, _folder, NullLogger.Instance);
        for (int i = 0; i < 120; i++)
        {
            await AddSineAsync(10, hoursLate: i < 60 ? 0 : 12);
            watching.Turn(NowMs, Maintenance.None);
        }

        var odd = Assert.Single(watching.OddOf("web1"));
        Assert.Equal(SeriesOddity.WrongTime, odd.Oddity);
        Assert.InRange(odd.Value, odd.Lower - 80, odd.Lower - 10);
        Assert.InRange(odd.Upper, odd.Lower + 5, 90);

        // Asked for, history is read again; a file that cannot be used is told of and begun anew.
        watching.Learn("web1", NowMs, TimeSpan.FromDays(30));
        watching.Turn(NowMs, Maintenance.None);
        string path = Path.Combine(_folder, SeriesRhythms.FileName);
        Assert.Single(SeriesRhythms.Read(path, out string? problem)!);
        Assert.Null(problem);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[100] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Empty(SeriesRhythms.Read(path, out problem)!);
        Assert.StartsWith("1 of its 1 blocks are damaged", problem, StringComparison.Ordinal);
        _ = new SeriesWatching(_store, _folder, NullLogger.Instance);
    }

    double Day => (NowMs - WatchedServer.StartMs) / 86_400_000.0;

    async Task AddSineAsync(int seconds, int hoursLate, int samples = 1)
    {
        for (int i = 0; i < samples; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            double angle = 2 * Math.PI * (Day - (hoursLate / 24.0));
            Add("queue_length", ("queue", "mail"), 50 + (30 * Math.Cos(angle)) + _random.Normal());
        }

        await _store.AppendAsync(_batch, CancellationToken.None);
        _batch.Clear();
    }

    [Fact]
    public void Traces_are_written_and_read_fast_and_damage_is_told()
    {
        string path = Path.Combine(_folder, SeriesTraces.FileName);
        Assert.Null(SeriesTraces.Read(path, out string? problem));
        Assert.Null(problem);
        var trace = new SeriesTrace { IsCounter = true };
        trace.See(1_000, 5);
        trace.See(11_000, 7);
        SeriesTraces.Write(path, Enumerable.Range(0, 100_000).Select(i => ((ulong)i, trace)));
        Assert.InRange(new FileInfo(path).Length / 100_000, 1, 140);

        // The least of some tells: the machine may be busy with something else.
        var least = TimeSpan.MaxValue;
        for (int i = 0; i < 20 && least >= TimeSpan.FromSeconds(3); i++)
        {
            long before = Stopwatch.GetTimestamp();
            SeriesTraces.Read(path, out problem);
            var taken = Stopwatch.GetElapsedTime(before);
            least = taken < least ? taken : least;
        }

        Assert.True(least < TimeSpan.FromSeconds(3), $"{least}");
        var read = SeriesTraces.Read(path, out problem)!;
        Assert.Null(problem);
        Assert.Equal(100_000, read.Count);
        Assert.Equal(trace, read[7].Trace);

        byte[] bytes = File.ReadAllBytes(path);
        bytes[8] = 4;
        File.WriteAllBytes(path, bytes);
        Assert.Null(SeriesTraces.Read(path, out problem));
        Assert.Equal(
            "it has version 4, this version of Presage reads 1, 2, 3: all series are learned anew", problem);
        bytes[8] = 3;
        foreach (int length in (int[])[0, 5])
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Null(SeriesTraces.Read(path, out problem));
            Assert.Equal("it is damaged: all series are learned anew", problem);
        }

        // A block that is damaged, and the last one cut short: the others are used.
        bytes[200_000] ^= 1;
        File.WriteAllBytes(path, bytes[..^1]);
        read = SeriesTraces.Read(path, out problem)!;
        Assert.Equal(
            "2 of its 98 blocks are damaged: the series in them, 1024 at most in each, are learned anew", problem);
        Assert.Equal(96 * SeriesTraces.BlockSeries, read.Count);
        Assert.Equal((ulong)(2 * SeriesTraces.BlockSeries), read[SeriesTraces.BlockSeries].KeyHash);
    }

    [Fact]
    public void Traces_of_the_version_before_are_read()
    {
        string path = Path.Combine(_folder, SeriesTraces.FileName);
        var trace = new SeriesTrace { IsCounter = true };
        trace.See(1_000, 5);
        trace.See(11_000, 25);
        byte[] entry = [9, 0, 0, 0, 0, 0, 0, 0, .. Convert.FromHexString(Detection.SeriesTraceTests.GoldenBefore)];

        // The second version differs by its blocks, each with a checksum of its own.
        byte[] head = [.. "PRESTRC\n"u8, 2, 0, 0, 0, 120, 0, 0, 0];
        File.WriteAllBytes(path, [.. head, .. entry, .. XxHash3.Hash(entry)]);
        var (keyHash, read) = Assert.Single(SeriesTraces.Read(path, out string? problem)!);
        Assert.Null(problem);
        Assert.Equal((9UL, trace), (keyHash, read));

        byte[] body = [.. "PRESTRC\n"u8, 1, 0, 0, 0, 120, 0, 0, 0, .. entry];
        byte[] file = [.. body, .. XxHash3.Hash(body)];
        File.WriteAllBytes(path, file);
        (keyHash, read) = Assert.Single(SeriesTraces.Read(path, out problem)!);
        Assert.Null(problem);
        Assert.Equal((9UL, trace), (keyHash, read));
        file[40] ^= 1;
        File.WriteAllBytes(path, file);
        Assert.Null(SeriesTraces.Read(path, out problem));
        Assert.Equal("it is damaged: all series are learned anew", problem);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task One_series_of_a_host_that_stops_is_missing_within_half_a_minute(int cadenceSeconds)
    {
        var watching = new SeriesWatching(_store, _folder, NullLogger.Instance);
        long stoppedMs = NowMs + 2_500_000;
        while (true)
        {
            _time.Advance(TimeSpan.FromSeconds(cadenceSeconds));
            Add("node_load1", ("job", "node"), 1 + _random.Uniform());
            if (NowMs <= stoppedMs)
            {
                Add("queue_length", ("queue", "mail"), 10 * _random.Uniform());
            }

            await _store.AppendAsync(_batch, CancellationToken.None);
            _batch.Clear();
            watching.Turn(NowMs, Maintenance.None);
            var odd = watching.OddOf("web1");
            Assert.True(NowMs > stoppedMs + 10_000 || odd.Count == 0);
            if (odd.Count > 0)
            {
                Assert.Equal(SeriesOddity.Missing, Assert.Single(odd).Oddity);
                Assert.Equal("queue_length", odd[0].Labels.MetricName);
                Assert.InRange(NowMs - stoppedMs, 15_000, 30_000);
                return;
            }

            Assert.True(NowMs < stoppedMs + 30_000, "Not noticed within 30 s.");
        }
    }

    long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Looks ten seconds apart at 50 calm series, a counter and one that may stop.</summary>
    async Task FollowAsync(
        SeriesWatching? watching,
        int looks,
        double rate = 2_000,
        bool stopped = false,
        Maintenance? maintenance = null)
    {
        for (int i = 0; i < looks; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            for (int cpu = 0; cpu < 50; cpu++)
            {
                Add("node_cpu_seconds_total", ("cpu", $"{cpu}"), _count += 10 * (0.5 + _random.Uniform()));
            }

            _received += 10 * rate * (0.5 + _random.Uniform());
            Add("node_network_receive_bytes_total", ("device", "lo"), _received);
            if (!stopped)
            {
                Add("node_load1", ("job", "node"), 1 + _random.Uniform());
            }

            await _store.AppendAsync(_batch, CancellationToken.None);
            _batch.Clear();
            watching?.Turn(NowMs, maintenance ?? Maintenance.None);
        }
    }

    void Add(string metric, (string Name, string Value) label, double value)
    {
        _batch.AddSeries(LabelSet.OfMetric(
            metric, new Label(LabelNames.Instance, "web1:9100"), new Label(label.Name, label.Value)).ToKey());
        _batch.AddSample(NowMs, value);
    }

    void Open() => _store = SampleStore.Open(
        new StorageOptions { DataFolder = Path.Combine(_folder, "samples") }, _time, NullLogger.Instance);
}

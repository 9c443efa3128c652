using Presage.Alerting.Silences;
using Presage.Detection;
using Presage.Metrics;
using Presage.State;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

public sealed class WatcherTests
{
    [Fact]
    public async Task Load_moves_the_vital_at_the_next_evaluation_and_opens_an_anomaly_within_30_s()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, TimeSpan.FromMinutes(35), 1);
        await server.Watcher.TurnAsync(CancellationToken.None);

        Assert.Equal(LearningPhase.Days, server.Watcher.LearningOf("web1")!.Phase);
        Assert.Empty(server.Watcher.Anomalies.Between(0, server.NowMs, null, 100));
        double before = Cpu(server).Value!.Value;
        Assert.InRange(before, 0.02, 0.06);

        host.CpuUse = 1;
        long loadMs = server.NowMs;
        await server.SecondAsync(host);
        Assert.True(Cpu(server).Value > before + 0.1, $"{before} -> {Cpu(server).Value}");
        while (server.Watcher.UnusualOf("web1").All(static odd => odd.Key != "cpu_use"))
        {
            Assert.True(server.NowMs - loadMs < 30_000, "No anomaly within 30 s.");
            await server.SecondAsync(host);
        }

        var unusual = server.Watcher.UnusualOf("web1").Single(static odd => odd.Key == "cpu_use");
        Assert.Matches(
            "^CPU use is (100|9[0-9](\\.[0-9])?)\u00A0%, usually [0-9.]+–[0-9.]+\u00A0%\\. " +
            "It jumped at 12:00 and has stayed\\.( .* (moved with it|moved first).*)?$",
            server.Read(unusual.Sentence));
        Assert.True(Cpu(server).IsUnusual);
        Assert.InRange(Cpu(server).UnusualSinceMs!.Value, loadMs, loadMs + 10_000);
        Assert.Contains(
            server.Watcher.Anomalies.Between(0, server.NowMs, "web1", 100), a => a is { Key: "cpu_use", EndMs: null });
        Assert.True(server.Query("presage_vital_score{vital=\"cpu_use\"}") > 0.999);
        Assert.True(server.Query("presage_host_unusual{host=\"web1\"}") > 0.999);
        while (server.Watcher.AnomalyOf("web1") is null)
        {
            Assert.True(server.NowMs - loadMs < 30_000, "The host is not unusual within 30 s.");
            await server.SecondAsync(host);
        }

        Assert.Equal("cpu_use", server.Watcher.AnomalyOf("web1")!.Anomaly.Causes[0].Key);
        Assert.EndsWith(" Known for 35 min only: this may be usual here.", server.Watcher.AnomalyOf("web1")!.Sentence);
        Assert.Equal(0, server.Query("presage_host_anomaly{host=\"web1\"}"));

        host.CpuUse = 0.03;
        for (int i = 0; i < 6; i++)
        {
            await server.SecondAsync(host);
        }

        // Back in its range while the anomaly still runs: told as it was at its oddest, not as it is.
        Assert.True(Cpu(server).Value < 0.1);
        Assert.True(Cpu(server).IsUnusual);
        Assert.True(server.Watcher.AnomalyOf("web1")!.Anomaly.Causes.Single(c => c.Key == "cpu_use").Value > 0.9);
        for (int i = 0; i < 90; i++)
        {
            await server.SecondAsync(host);
        }

        Assert.DoesNotContain(server.Watcher.UnusualOf("web1"), odd => odd.Key == "cpu_use");
        Assert.Contains(
            server.Watcher.Anomalies.Between(0, server.NowMs, "web1", 100),
            a => a.Key == "cpu_use" && a.EndMs is not null &&
                server.Read(a.Sentence).Contains(" at 12:00, usually "));
    }

    [Fact]
    public async Task Readings_say_what_the_host_page_needs()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 3);
        await server.BackfillAsync(host, TimeSpan.FromMinutes(4), 15);
        await server.Watcher.TurnAsync(CancellationToken.None);

        var readings = server.Watcher.ReadingsOf("web1");
        var space = readings.Single(reading => reading.Vital.Id == "filesystem_use");
        Assert.Equal("filesystem_use{mountpoint=\"/\"}", space.Key);
        Assert.Equal("presage_vital{host=\"web1\", mountpoint=\"/\", vital=\"filesystem_use\"}", space.Query);
        Assert.Equal(0.5, space.Value!.Value, 3);
        Assert.Equal(1e11, space.Capacity);
        Assert.True(space.IsHeadline);
        Assert.False(space.IsLearned);
        Assert.Null(space.Lower);
        Assert.Equal(0.5, server.Query(space.Query)!.Value, 3);
        Assert.Equal(2, readings.Single(reading => reading.Key == "load").Capacity);
        Assert.InRange(readings.Single(reading => reading.Key == "network_receive").Value!.Value, 5_000, 100_000);
        Assert.Equal(0.002, readings.Single(reading => reading.Vital.Id == "disk_write_latency").Value!.Value, 4);
        Assert.Equal(LearningPhase.Range, server.Watcher.LearningOf("web1")!.Phase);

        var watched = Assert.Single(server.Registry.Snapshot());
        Assert.Equal(TimeSpan.FromSeconds(15), watched.Cadence);
        Assert.Equal(HostOrigin.Prometheus, watched.Origin);
        Assert.Equal("Debian GNU/Linux 12 (bookworm)", watched.Facts.Os);
        Assert.Equal("6.1.0", watched.Facts.Kernel);
        Assert.Equal(2, watched.Facts.Cores);
        Assert.Equal("node", watched.Labels["job"]);
        Assert.False(watched.IsSilent);
    }

    [Fact]
    public async Task A_host_falls_silent_after_15_s_and_comes_back_with_its_next_sample()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 3);
        await server.SecondAsync(host);
        await server.SecondAsync(host);
        long lastSeenMs = server.NowMs;
        Assert.Equal(1, server.Query("presage_host_up{host=\"web1\"}"));
        for (int i = 0; i < 16; i++)
        {
            await server.SecondAsync();
        }

        Assert.Equal(0, server.Query("presage_host_up{host=\"web1\"}"));
        Assert.True(server.Registry.Find("web1")!.IsSilent);
        Assert.Equal(lastSeenMs, server.Registry.Find("web1")!.LastSeenMs);
        Assert.Null(server.Query("presage_vital{vital=\"memory_use\"}"));
        var shown = server.Watcher.ReadingsOf("web1").Single(reading => reading.Key == "memory_use");
        Assert.Equal(0.4, shown.Value!.Value, 1);
        Assert.Equal(lastSeenMs, shown.TimeMs);
        for (int i = 0; i < 600; i++)
        {
            await server.SecondAsync();
        }

        Assert.Equal(0, server.Query("presage_host_up{host=\"web1\"}"));
        await server.SecondAsync(host);
        Assert.Equal(1, server.Query("presage_host_up{host=\"web1\"}"));
        Assert.False(server.Registry.Find("web1")!.IsSilent);
    }

    [Fact]
    public async Task A_device_that_is_gone_ends_its_series()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 3);
        for (int i = 0; i < 10; i++)
        {
            await server.SecondAsync(host);
        }

        Assert.NotNull(server.Query("presage_vital{vital=\"disk_write\"}"));
        host.HasDisk = false;
        for (int i = 0; i < 8; i++)
        {
            await server.SecondAsync(host);
        }

        Assert.Null(server.Query("presage_vital{vital=\"disk_write\"}"));
        Assert.Null(server.Watcher.ReadingsOf("web1").Single(reading => reading.Vital.Id == "disk_write").Value);
    }

    [Fact]
    public async Task What_was_learned_and_what_runs_survives_a_restart()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, TimeSpan.FromMinutes(40), 1);
        await server.Watcher.TurnAsync(CancellationToken.None);
        host.CpuUse = 1;
        for (int i = 0; i < 30; i++)
        {
            await server.SecondAsync(host);
        }

        var before = server.Watcher.UnusualOf("web1").Single(static odd => odd.Key == "cpu_use");
        double learned = server.Watcher.LearningOf("web1")!.LearnedSeconds;
        await server.RestartAsync();
        await server.SecondAsync(host);

        var after = server.Watcher.UnusualOf("web1").Single(static odd => odd.Key == "cpu_use");
        Assert.Equal(before.SinceMs, after.SinceMs);
        Assert.Equal(learned + 1, server.Watcher.LearningOf("web1")!.LearnedSeconds, 3);
        Assert.Single(server.Watcher.Anomalies.Between(0, server.NowMs, "web1", 100), a => a.Key == "cpu_use");
    }

    [Fact]
    public async Task A_forgotten_host_is_gone_until_it_sends_again()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 3);
        await server.SecondAsync(host);
        server.Watcher.Save();

        Assert.True(server.Registry.Forget("web1"));
        await server.SecondAsync();
        Assert.Empty(server.Registry.Snapshot());
        Assert.Empty(server.Watcher.ReadingsOf("web1"));
        await server.RestartAsync();
        Assert.Empty(server.Registry.Snapshot());

        await server.SecondAsync(host);
        Assert.Single(server.Registry.Snapshot());
        Assert.False(server.Registry.Forget("nobody"));
    }

    [Fact]
    public async Task Own_readings_are_no_sign_of_life_and_are_not_counted()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 3);
        for (int i = 0; i < 60; i++)
        {
            await server.SecondAsync(host);
        }

        // The simulated host has 24 series.
        Assert.InRange(server.Registry.Find("web1")!.SamplesPerSecond, 22, 24.5);
    }

    [Fact]
    public async Task A_lost_state_is_learned_again_from_the_stored_samples()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, TimeSpan.FromMinutes(40), 1);
        await server.Watcher.TurnAsync(CancellationToken.None);
        host.CpuUse = 1;
        for (int i = 0; i < 30; i++)
        {
            await server.SecondAsync(host);
        }

        await server.RestartAsync(beforeStart: static state => state.Write(connection =>
            connection.Execute("update detector_states set state = x'63'")));
        await server.SecondAsync();

        Assert.InRange(server.Watcher.LearningOf("web1")!.LearnedSeconds, 2_400, 2_450);
        Assert.Contains(server.Watcher.UnusualOf("web1"), static odd => odd.Key == "cpu_use");
        Assert.Single(server.Watcher.Anomalies.Between(0, server.NowMs, "web1", 100), a => a.Key == "cpu_use");
    }

    [Fact]
    public async Task An_anomaly_that_no_detector_carries_on_is_ended()
    {
        await using var server = new WatchedServer();
        var anomaly = new Anomaly { StartMs = 1_000, EndMs = 3_000, PeakMs = 2_000, Lower = 0, Upper = 0.1 };
        server.Watcher.Anomalies.Write([
            new AnomalyEvent("web1", "cpu_use", "cpu_use", anomaly, IsOpen: true, "a", 0),
            new AnomalyEvent("web1", "load", "load", anomaly, IsOpen: true, "b", 0),
        ]);

        server.Watcher.Anomalies.CloseAbandoned("web1", new HashSet<string> { "load" });

        var stored = server.Watcher.Anomalies.Between(0, server.NowMs, "web1", 100).ToDictionary(static a => a.Key);
        Assert.Equal(2_000, stored["cpu_use"].EndMs);
        Assert.Null(stored["load"].EndMs);
    }

    [Fact]
    public async Task Maintenance_does_not_teach_and_is_not_told()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, TimeSpan.FromMinutes(35), 1);
        await server.SecondAsync(host);

        server.IsMaintained = true;
        host.CpuUse = 1;
        double? upper = server.Query("presage_vital_upper{vital=\"cpu_use\"}");
        for (int i = 0; i < 600; i++)
        {
            await server.SecondAsync(host);
        }

        Assert.InRange(Cpu(server).Value!.Value, 0.9, 1);
        Assert.Null(Cpu(server).Score);
        Assert.InRange(server.Query("presage_vital{vital=\"cpu_use\"}")!.Value, 0.9, 1);
        Assert.Empty(server.Watcher.Anomalies.Between(0, server.NowMs, null, 100));

        server.IsMaintained = false;
        host.CpuUse = 0.03;
        for (int i = 0; i < 40; i++)
        {
            await server.SecondAsync(host);
        }

        Assert.Empty(server.Watcher.UnusualOf("web1"));
        Assert.InRange(Cpu(server).Upper!.Value, 0, upper!.Value + 0.1);
        host.CpuUse = 1;
        for (int i = 0; i < 30; i++)
        {
            await server.SecondAsync(host);
        }

        Assert.Contains(server.Watcher.UnusualOf("web1"), static odd => odd.Key == "cpu_use");
    }

    [Fact]
    public async Task A_silence_of_hosts_alone_is_their_maintenance()
    {
        await using var server = new WatchedServer();
        var silences = new SilenceStore(server.State, server.Time);
        long nowMs = server.NowMs;
        var web = new LabelMatcher("host", MatchOperator.RegexMatch, "web.*");
        silences.Create(new Silence([web], nowMs, nowMs + 60_000), "a", "");
        silences.Create(
            new Silence(
                [
                    new LabelMatcher("host", MatchOperator.Equal, "db1"),
                    new LabelMatcher("rule", MatchOperator.Equal, "disk-full"),
                ],
                nowMs,
                nowMs + 60_000),
            "a",
            "");

        Assert.True(silences.IsMaintained("web1", nowMs));
        Assert.False(silences.IsMaintained("web1", nowMs + 60_000));
        Assert.False(silences.IsMaintained("db1", nowMs));
        Assert.Equal([new TimeRange(nowMs, nowMs + 59_999)], silences.MaintenanceOf("web2"));
        Assert.Empty(silences.MaintenanceOf("db1"));
    }

    static VitalSnapshot Cpu(WatchedServer server) =>
        server.Watcher.ReadingsOf("web1").Single(static reading => reading.Key == "cpu_use");
}

using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>Anomalies begin when what leads them changed, not when that was noticed.</summary>
public sealed class ChangeDatesTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_slow_rise_is_dated_where_it_began_and_who_moved_first_is_told()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 7);
        await FollowAsync(server, host, 90, static (_, _) => { });
        long beganMs = server.NowMs;
        await FollowAsync(server, host, 20, static (host, minutes) =>
        {
            host.MemoryUse = 0.4 + (0.02 * minutes);
            host.CpuUse = minutes > 8 ? 0.9 : 0.03;
        });

        var unusual = server.Watcher.UnusualOf("web1");
        foreach (var one in unusual)
        {
            output.WriteLine($"{one.Sentence} (dated {(one.SinceMs - beganMs) / 1000} s after)");
        }

        var memory = unusual.Single(static one => one.Key == "memory_use");
        Assert.InRange(memory.SinceMs - beganMs, -60_000, 120_000);
        var stored = server.Watcher.Anomalies.RunningVitals("web1").Single(static one => one.Key == "memory_use");
        Assert.True(stored.StartMs > beganMs + 60_000, "noticed at once: the test shows nothing");
        server.Watcher.Save();
        stored = server.Watcher.Anomalies.RunningVitals("web1").Single(static one => one.Key == "memory_use");
        Assert.InRange(stored.SinceMs - beganMs, -60_000, 120_000);

        var cpu = unusual.Single(static one => one.Key == "cpu_use");
        Assert.InRange(cpu.SinceMs - beganMs, 7.5 * 60_000, 9 * 60_000);
    }

    [Theory]
    [InlineData(0.6, 60)]
    [InlineData(0.95, 0.24)]
    public async Task What_was_over_before_is_no_beginning(double before, double risePerSecond)
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 7);
        // As after an installation: a build, ten minutes of rest, then what is odd; looked at while that is young.
        await FollowAsync(server, host, 11.5, (host, minutes) => host.CpuUse = minutes < 1.5 ? before : 0.03, 1);
        long beganMs = server.NowMs;
        await FollowAsync(
            server,
            host,
            0.5,
            (host, minutes) => host.CpuUse = Math.Min(0.97, risePerSecond * (1 + (60 * minutes))),
            1);

        var cpu = server.Watcher.UnusualOf("web1").Single(static one => one.Key == "cpu_use");
        Assert.InRange(cpu.SinceMs - beganMs, -5_000, 20_000);
    }

    [Theory]
    [InlineData(40, " Load moved first, 40 s earlier; Memory use moved too.")]
    [InlineData(0, " Load and Memory use moved with it.")]
    public void What_moved_first_or_with_it_is_named(int earlierSeconds, string text)
    {
        var at = WatchedServer.StartMs;
        var cpu = Track("cpu_use", at);
        var load = Track("load", at - (earlierSeconds * 1_000));
        var memory = Track("memory_use", at);
        var early = Track("processes", at - 900_000);

        Assert.Equal(text, Companions.Of(cpu, at, [memory, cpu, load, early]));
        Assert.Equal("", Companions.Of(cpu, at, [cpu, early]));
    }

    /// <summary>A vital sign that has been odd since a time.</summary>
    static VitalTrack Track(string id, long sinceMs)
    {
        var track = new VitalTrack("web1", Presage.Metrics.Vitals.VitalCatalogue.Default.Find(id)!, null, null);
        var output = new ReadingsOutput(new Presage.Metrics.SampleBatch());
        for (long atMs = sinceMs - 2_400_000; atMs <= sinceMs + 60_000; atMs += 10_000)
        {
            track.See(atMs, atMs < sinceMs ? 0.01 : 1e6, output, out _);
        }

        track.Date(sinceMs, sinceMs + 60_000);
        return track;
    }

    static async Task FollowAsync(
        WatchedServer server,
        SimulatedHost host,
        double minutes,
        Action<SimulatedHost, double> shape,
        int stepSeconds = 15)
    {
        for (double at = 0; at < minutes; at += stepSeconds / 60.0)
        {
            shape(host, at);
            server.Time.Advance(TimeSpan.FromSeconds(stepSeconds));
            await server.AppendAsync([host], server.NowMs);
            await server.Watcher.TurnAsync(CancellationToken.None);
        }
    }
}

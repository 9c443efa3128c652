using Xunit;

namespace Presage.Tests.Watching;

/// <summary>A host whose samples come faster or slower than before is no unusual host.</summary>
public sealed class CadenceChangeTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(15, 5)]
    [InlineData(5, 60)]
    [InlineData(60, 5)]
    [InlineData(15, 1)]
    [InlineData(10, 60)]
    public async Task History_of_another_cadence_goes_over_to_live_samples_without_an_anomaly(int before, int after)
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(3));
        var hosts = Enumerable.Range(0, 3).Select(i => Host(i)).ToArray();
        foreach (var host in hosts)
        {
            await server.BackfillAsync(host, TimeSpan.FromDays(2), before);
        }

        await server.Watcher.TurnAsync(CancellationToken.None);
        await FollowAsync(server, after, TimeSpan.FromMinutes(40), hosts);
        Check(server);
    }

    [Fact]
    public async Task Another_interval_of_scrapes_is_no_anomaly()
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(3));
        var hosts = Enumerable.Range(0, 3).Select(i => Host(i)).ToArray();
        foreach (var host in hosts)
        {
            await server.BackfillAsync(host, TimeSpan.FromDays(1), 10);
        }

        await server.Watcher.TurnAsync(CancellationToken.None);
        await FollowAsync(server, 10, TimeSpan.FromMinutes(30), hosts);
        await FollowAsync(server, 60, TimeSpan.FromMinutes(90), hosts);
        Assert.Equal(60, server.Registry.Find("web0")!.Cadence.TotalSeconds);
        await FollowAsync(server, 1, TimeSpan.FromMinutes(20), hosts);
        Check(server);
    }

    /// <summary>Carried on to the window's borders, the rate of idle time would be two thirds of what it is.</summary>
    [Fact]
    public async Task A_lost_scrape_is_no_load()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, TimeSpan.FromMinutes(30), 10);
        for (int i = 0; i < 40; i++)
        {
            await FollowAsync(server, i % 10 == 5 ? 20 : 10, TimeSpan.FromSeconds(i % 10 == 5 ? 20 : 10), [host]);
            var cpu = server.Watcher.ReadingsOf("web1").Single(static reading => reading.Key == "cpu_use");
            Assert.InRange(cpu.Value!.Value, 0.03, 0.1);
        }
    }

    static SimulatedHost Host(int number) =>
        new($"web{number}:9100", 7 + (ulong)number) { IsEverySecond = number > 0 };

    void Check(WatchedServer server)
    {
        var told = server.Watcher.Anomalies.Between(WatchedServer.StartMs, server.NowMs, null, 100);
        foreach (var one in told)
        {
            output.WriteLine($"{one.Host} {(one.StartMs - WatchedServer.StartMs) / 1000} to " +
                $"{(one.EndMs - WatchedServer.StartMs) / 1000}: {one.Key} {one.PeakScore} {server.Read(one.Sentence)}");
        }

        Assert.Empty(told);
    }

    static async Task FollowAsync(WatchedServer server, int seconds, TimeSpan length, SimulatedHost[] hosts)
    {
        for (int i = 0; i < length.TotalSeconds / seconds; i++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(seconds));
            await server.AppendAsync(hosts, server.NowMs);
            await server.Watcher.TurnAsync(CancellationToken.None);
        }
    }
}

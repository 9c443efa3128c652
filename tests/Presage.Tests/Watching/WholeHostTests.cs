using Presage.State;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>Hosts watched as a whole: learning from stored history, judging, borrowing, coming back.</summary>
public sealed class WholeHostTests
{
    static readonly TimeSpan History = TimeSpan.FromHours(13);

    [Fact]
    public async Task A_host_with_stored_history_is_judged_from_its_first_turns_on()
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(2));
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, History, 15);
        await FollowAsync(server, TimeSpan.FromMinutes(5), host);

        Assert.InRange(server.Query("presage_host_anomaly_score{host=\"web1\"}")!.Value, 0, 0.9999);
        Assert.Equal(0, server.Query("presage_host_anomaly{host=\"web1\"}"));
        Assert.Equal(1_000, server.Query("presage_host_anomaly_rate{host=\"web1\"}"));
        Assert.Null(server.Watcher.AnomalyOf("web1"));

        host.CpuUse = 0.9;
        host.MemoryUse = 0.8;
        await FollowAsync(server, TimeSpan.FromMinutes(3), host);

        var unusual = server.Watcher.AnomalyOf("web1");
        Assert.NotNull(unusual);
        Assert.True(unusual.Anomaly.IsJoint);
        string[] first = [.. unusual.Anomaly.Causes.Take(4).Select(static cause => cause.Key)];
        Assert.Contains("cpu_use", first);
        Assert.Contains("memory_use", first);
        Assert.Matches("usually .*, since 12:0[56]; with it .* and .*\\.", server.Read(unusual.Sentence));
        Assert.Equal(1, server.Query("presage_host_anomaly{host=\"web1\"}"));
        Assert.InRange(server.Query("presage_host_anomaly_rate{host=\"web1\"}")!.Value, 1e-4, 0.1);
        var stored = Assert.Single(server.Watcher.Anomalies.Between(0, server.NowMs, "web1", 10, vitals: false));
        Assert.Null(stored.EndMs);
        Assert.NotEmpty(stored.Causes);

        host.CpuUse = 0.03;
        host.MemoryUse = 0.4;
        await FollowAsync(server, TimeSpan.FromMinutes(12), host);
        Assert.Null(server.Watcher.AnomalyOf("web1"));
        Assert.Equal(0, server.Query("presage_host_anomaly{host=\"web1\"}"));
        stored = Assert.Single(server.Watcher.Anomalies.Between(0, server.NowMs, "web1", 10, vitals: false));
        Assert.NotNull(stored.EndMs);
        Assert.Contains(" from 12:0", server.Read(stored.Sentence));
    }

    [Fact]
    public async Task History_that_comes_in_bulk_teaches_and_is_no_news_until_it_has_come_to_now()
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(2));
        var host = new SimulatedHost("web1:9100", 7);
        for (int hour = 0; hour < 15; hour++)
        {
            // Two of the pieces end while something was wrong.
            server.Time.Advance(TimeSpan.FromHours(1));
            long wrongMs = hour is 9 or 14 ? server.NowMs - 300_000 : long.MaxValue;
            await server.BackfillAsync(host, TimeSpan.FromMinutes(59), 15, atMs =>
            {
                host.CpuUse = atMs < wrongMs ? 0.03 : 0.9;
                host.MemoryUse = atMs < wrongMs ? 0.4 : 0.8;
            });
            await server.Watcher.TurnAsync(CancellationToken.None);
            Assert.Empty(server.Watcher.Anomalies.Between(0, server.NowMs, "web1", 10, vitals: false));
        }

        await FollowAsync(server, TimeSpan.FromMinutes(1), host);
        Assert.NotNull(server.Watcher.AnomalyOf("web1"));
    }

    [Fact]
    public async Task What_was_learned_of_the_whole_comes_back_and_goes_on_where_it_was()
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(2));
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, History, 15);
        await FollowAsync(server, TimeSpan.FromMinutes(2), host);
        server.Watcher.Save();
        await server.RestartAsync();
        await FollowAsync(server, TimeSpan.FromMinutes(3), host);
        Assert.True(server.Query("presage_host_anomaly_score{host=\"web1\"}") < 0.9999);

        host.CpuUse = 0.9;
        await FollowAsync(server, TimeSpan.FromMinutes(1), host);
        var before = server.Watcher.AnomalyOf("web1")!.Anomaly;
        server.Watcher.Save();
        await server.RestartAsync();
        await FollowAsync(server, TimeSpan.FromSeconds(15), host);
        var resumed = server.Watcher.AnomalyOf("web1")!.Anomaly;
        Assert.Equal(before.StartMs, resumed.StartMs);
        Assert.InRange(resumed.AlarmsPerWeek, 1e-4, before.AlarmsPerWeek);
    }

    [Theory]
    [InlineData("x'09'", "it has version 9, this version of Presage reads 1 and 2")]
    [InlineData("substr(state, 1, 300)", "it is damaged")]
    [InlineData("state || x'00'", "it is damaged")]
    public async Task A_state_that_cannot_be_used_is_told_and_learned_anew(string damage, string reason)
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(2));
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, History, 15);
        await FollowAsync(server, TimeSpan.FromMinutes(1), host);
        server.Watcher.Save();
        byte[] bytes = [];
        await server.RestartAsync(state =>
        {
            state.Write(connection => connection.Execute($"update host_models set state = {damage}"));
            bytes = state.Read(static connection => connection.Query(
                "select state from host_models", static row => row.GetFieldValue<byte[]>(0)))[0];
        });
        var judge = new HostJudge("web1", FalseAlarms.Default);
        var models = new HostModels(server.State, Presage.Metrics.Vitals.VitalCatalogue.Default);
        Assert.Equal(reason, models.Read(bytes, judge));
        Assert.Null(judge.Whole.Detector);

        await FollowAsync(server, TimeSpan.FromSeconds(30), host);
        Assert.True(server.Query("presage_host_anomaly_score{host=\"web1\"}") < 0.9999);
        Assert.Null(server.Watcher.AnomalyOf("web1"));
    }

    [Fact]
    public async Task A_new_host_borrows_from_a_like_one()
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(2));
        var twin = new SimulatedHost("web1:9100", 7);
        var added = new SimulatedHost("web2:9100", 8);
        await server.BackfillAsync(twin, History, 15);
        await FollowAsync(server, TimeSpan.FromMinutes(75), twin, added);
        Assert.Null(server.Watcher.AnomalyOf("web2"));

        added.CpuUse = 0.9;
        added.MemoryUse = 0.8;
        await FollowAsync(server, TimeSpan.FromMinutes(2), twin, added);
        Assert.True(server.Watcher.AnomalyOf("web2")!.IsBorrowed);
        Assert.Null(server.Watcher.AnomalyOf("web1"));
    }

    [Fact]
    public async Task No_false_alarms_wanted_means_none()
    {
        var options = new WatcherOptions { FalseAlarms = new FalseAlarms(0, []) };
        await using var server = new WatchedServer(TimeSpan.FromDays(2), options);
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, History, 15);
        await FollowAsync(server, TimeSpan.FromMinutes(1), host);
        host.CpuUse = 1;
        await FollowAsync(server, TimeSpan.FromMinutes(2), host);
        Assert.Null(server.Watcher.AnomalyOf("web1"));
        Assert.Contains(server.Watcher.UnusualOf("web1"), static vital => vital.Key == "cpu_use");
    }

    /// <summary>A sample of every host each 15 s.</summary>
    static async Task FollowAsync(WatchedServer server, TimeSpan length, params SimulatedHost[] hosts)
    {
        for (int i = 0; i < length.TotalSeconds / 15; i++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(15));
            await server.AppendAsync(hosts, server.NowMs);
            await server.Watcher.TurnAsync(CancellationToken.None);
        }
    }
}

using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>What users say of anomalies changes what is told.</summary>
public sealed class AnomalyLabelsTests
{
    static readonly TimeSpan History = TimeSpan.FromHours(15);

    [Fact]
    public async Task What_is_called_expected_ends_is_not_told_again_and_can_be_taken_back()
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(2));
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, History, 15);
        await FollowAsync(server, TimeSpan.FromMinutes(2), host);
        host.CpuUse = 0.95;
        await FollowAsync(server, TimeSpan.FromMinutes(2), host);
        Assert.NotNull(server.Watcher.AnomalyOf("web1"));
        var told = server.Watcher.Anomalies.Running("web1")!;

        server.Watcher.Labels.Set(told, AnomalyWord.Expected, "the nightly job", "ann", server.NowMs);
        await FollowAsync(server, TimeSpan.FromMinutes(1), host);

        Assert.Null(server.Watcher.AnomalyOf("web1"));
        Assert.NotNull(server.Watcher.Anomalies.Find(told.Id)!.EndMs);
        await server.RestartAsync();
        Assert.Equal(
            (AnomalyWord.Expected, "the nightly job", "ann"),
            server.Watcher.Labels.Of(told) is { } label ? (label.Word, label.Note, label.By) : default);
        await FollowAsync(server, TimeSpan.FromMinutes(2), host);
        Assert.Null(server.Watcher.AnomalyOf("web1"));
        Assert.Equal(0, server.Query("presage_host_anomaly{host=\"web1\"}"));

        Assert.True(server.Watcher.Labels.Remove(told.Id));
        Assert.Null(server.Watcher.Labels.Of(told));
        Assert.False(server.Watcher.Labels.AnyOf("web1"));
        Assert.False(server.Watcher.Labels.Remove(told.Id));
    }

    [Fact]
    public async Task A_word_about_a_vital_sign_ends_it_keeps_the_like_from_being_told_and_is_taken_back()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 7);
        await FollowAsync(server, TimeSpan.FromMinutes(45), host);
        host.MemoryUse = 0.8;
        await FollowAsync(server, TimeSpan.FromMinutes(3), host);
        var told = server.Watcher.Anomalies.RunningVitals("web1").Single(static one => one.Key == "memory_use");
        Assert.Contains(server.Watcher.UnusualOf("web1"), static one => one.Key == "memory_use");

        server.Watcher.Labels.Set(told, AnomalyWord.Expected, null, "ann", server.NowMs);
        await FollowAsync(server, TimeSpan.FromSeconds(30), host);
        Assert.DoesNotContain(server.Watcher.UnusualOf("web1"), static one => one.Key == "memory_use");
        Assert.NotNull(server.Watcher.Anomalies.Find(told.Id)!.EndMs);
        Assert.False(server.Watcher.ReadingsOf("web1").Single(static one => one.Key == "memory_use").IsUnusual);

        // After a restart it is still held back, and the same episode is no second one.
        await server.RestartAsync();
        await FollowAsync(server, TimeSpan.FromSeconds(30), host);
        Assert.DoesNotContain(server.Watcher.UnusualOf("web1"), static one => one.Key == "memory_use");

        host.MemoryUse = 0.4;
        await FollowAsync(server, TimeSpan.FromMinutes(20), host);
        host.MemoryUse = 0.8;
        await FollowAsync(server, TimeSpan.FromMinutes(3), host);
        Assert.DoesNotContain(server.Watcher.UnusualOf("web1"), static one => one.Key == "memory_use");
        Assert.InRange(server.Watcher.Labels.Of(told)!.Held, 1, 5);
        Assert.Single(
            server.Watcher.Anomalies.Between(0, server.NowMs, "web1", 100),
            static one => one.Key == "memory_use");

        Assert.True(server.Watcher.Labels.Remove(told.Id));
        await FollowAsync(server, TimeSpan.FromSeconds(30), host);
        Assert.Contains(server.Watcher.UnusualOf("web1"), static one => one.Key == "memory_use");
        Assert.NotEmpty(server.Watcher.Anomalies.RunningVitals("web1"));
    }

    [Fact]
    public async Task The_newest_word_about_the_like_decides()
    {
        await using var server = new WatchedServer();
        var labels = server.Watcher.Labels;
        var noise = Stored(1, "web1", 0.99999, Cause("cpu_use", 6), Cause("load", 5));

        labels.Set(noise, AnomalyWord.Noise, null, "ann", 1_000);

        Assert.NotNull(labels.Holding("web1", noise.Causes, 0.99999));
        Assert.NotNull(labels.Holding("web1", [Cause("cpu_use", 12), Cause("load", 9)], 0.999995));
        Assert.Null(labels.Holding("web1", noise.Causes, 1 - 5e-7));
        Assert.Null(labels.Holding("web1", [Cause("disk_busy", 6)], 0.99999));
        Assert.Null(labels.Holding("web2", noise.Causes, 0.99999));

        labels.Set(noise with { Id = 2 }, AnomalyWord.Expected, null, "ann", 2_000);
        Assert.Equal(2, labels.Holding("web1", noise.Causes, 1 - 5e-7)!.AnomalyId);
        labels.Set(noise with { Id = 3 }, AnomalyWord.Useful, null, "bob", 3_000);
        Assert.Null(labels.Holding("web1", noise.Causes, 0.99999));
        Assert.True(labels.Remove(3));

        labels.Held(labels.Holding("web1", noise.Causes, 0.99999)!, 4_000);
        Assert.Equal(
            (1, 4_000L),
            labels
                .All()
                .Where(static one => one.AnomalyId == 2)
                .Select(static one => (one.Held, one.HeldMs!.Value))
                .Single());
    }

    [Fact]
    public void Likeness_is_of_kind_not_of_size()
    {
        var small = CauseLikeness.Of([Cause("cpu_use", 3), Cause("load", 2)]);
        var large = CauseLikeness.Of([Cause("cpu_use", 9), Cause("load", 6)]);
        var other = CauseLikeness.Of([Cause("disk_busy", 9), Cause("load", 2)]);

        Assert.Equal(1, CauseLikeness.Between(small, large), 9);
        Assert.InRange(CauseLikeness.Between(small, other), 0, 0.3);
        Assert.Equal(0, CauseLikeness.Between(small, CauseLikeness.Of([])));
        Assert.Equal(
            1,
            CauseLikeness.Between(CauseLikeness.Of("cpu_use", []), CauseLikeness.Of([Cause("cpu_use", 7)])),
            9);
    }

    static AnomalyCause Cause(string key, double strength) => new(key, key, 1, 0, 0.5, "ratio", "cpu", null, strength);

    static StoredAnomaly Stored(long id, string host, double score, params AnomalyCause[] causes) =>
        new(id, host, AnomalyLog.HostKey, "", 1, 2, 2, score, score, 0, 0, true, false, "It was odd.", causes);

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

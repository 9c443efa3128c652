using Presage.Detection;
using Presage.Metrics;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>Hosts of which nothing but imported history is known.</summary>
public sealed class ImportedHostTests
{
    const int StepSeconds = 300;

    [Fact]
    public async Task An_imported_host_is_learned_when_the_import_is_whole_and_nobody_is_told_that_it_does_not_send()
    {
        await using var server = new WatchedServer();
        var host = new SimulatedHost("web1:9100", 7);
        await ImportAsync(server, host, TimeSpan.FromDays(16));
        await TurnsAsync(server, 29);
        Assert.Equal(0, server.Watcher.Training.Progress.Hosts);
        await TurnsAsync(server, 3);

        var learned = Assert.Single(server.Watcher.Training.Progress.Learned);
        Assert.InRange(learned.Rows, 15 * 288, 16 * 288);
        Assert.Equal(LearningPhase.Weeks, server.Watcher.LearningOf("web1")!.Phase);
        Assert.True(server.Registry.Find("web1") is { IsImported: true, Origin: HostOrigin.Imported });
        await TurnsAsync(server, 400);
        Assert.Null(server.Query("presage_host_up{host=\"web1\"}"));

        // It is so after a restart, and then no longer.
        await server.RestartAsync();
        await TurnsAsync(server, 40);
        Assert.Equal(0, server.Watcher.Training.Progress.Hosts);
        Assert.Null(server.Query("presage_host_up{host=\"web1\"}"));
        await server.SecondAsync(host);
        var sends = server.Registry.Find("web1")!;
        Assert.Equal((false, false, HostOrigin.Prometheus), (sends.IsImported, sends.IsSilent, sends.Origin));
        Assert.Equal(1, server.Query("presage_host_up{host=\"web1\"}"));
        Assert.Equal(LearningPhase.Weeks, server.Watcher.LearningOf("web1")!.Phase);
        server.Time.Advance(TimeSpan.FromMinutes(16));
        await TurnsAsync(server, 1);
        Assert.Equal(0, server.Query("presage_host_up{host=\"web1\"}"));
    }

    [Fact]
    public async Task A_host_that_sends_is_learned_again_from_an_import_and_one_of_long_ago_is_not_met()
    {
        await using var server = new WatchedServer();
        var (sending, gone) = (new SimulatedHost("web1:9100", 7), new SimulatedHost("old:9100", 8));
        for (int i = 0; i < 10; i++)
        {
            await server.SecondAsync(sending);
        }

        await ImportAsync(server, sending, TimeSpan.FromDays(10));
        await ImportAsync(server, gone, TimeSpan.FromDays(1), TimeSpan.FromDays(16));
        for (int i = 0; i < 32; i++)
        {
            await server.SecondAsync(sending);
        }

        var learned = Assert.Single(server.Watcher.Training.Progress.Learned);
        Assert.Equal("web1", learned.Host);
        Assert.True(server.Registry.Find("web1") is { IsImported: false, Origin: HostOrigin.Prometheus });
        Assert.Null(server.Registry.Find("old"));
    }

    static async Task ImportAsync(
        WatchedServer server, SimulatedHost host, TimeSpan length, TimeSpan ago = default)
    {
        var batch = new SampleBatch();
        await using var backfill = server.Store.BeginBackfill();
        long endMs = server.NowMs - (long)ago.TotalMilliseconds;
        for (long atMs = endMs - (long)length.TotalMilliseconds; atMs < endMs; atMs += StepSeconds * 1_000)
        {
            host.Sample(batch, atMs);
            Assert.Equal(0, backfill.Append(batch).Rejected);
            batch.Clear();
        }

        await backfill.CompleteAsync(CancellationToken.None);
        server.Registry.OnImported(backfill.Hosts);
    }

    static async Task TurnsAsync(WatchedServer server, int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            await server.SecondAsync();
        }
    }
}

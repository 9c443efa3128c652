using Presage.Detection;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>A host whose score is high says why: which vital signs moved, and since when.</summary>
public sealed class RaisedScoreTests(ITestOutputHelper output)
{
    [Fact]
    public async Task What_moved_is_named_with_its_time_while_it_raises_the_score()
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(2));
        var host = new SimulatedHost("web1:9100", 7);
        await server.BackfillAsync(host, TimeSpan.FromHours(13), 15);
        await FollowAsync(server, host, 20);
        Assert.Null(server.Watcher.RaisedOf("web1"));

        host.FilesystemUse = 0.55;
        long movedMs = server.NowMs;
        await FollowAsync(server, host, 4);
        var raised = server.Watcher.RaisedOf("web1");
        Assert.NotNull(raised);
        output.WriteLine($"{raised.Score} {raised.Reason} {server.Read(raised.Sentence)}");
        Assert.Equal("Space used on /", raised.By[0]);
        Assert.InRange(raised.SinceMs!.Value, movedMs, movedMs + 90_000);
    }

    [Theory]
    [InlineData(null, 1, "Load is hardly ever where it is now, and has been there since 12:00.")]
    [InlineData(ScoreReason.LastingMove, 2, "Load and Memory use moved at 12:00 and have stayed: a step is news for " +
        "about ten minutes.")]
    [InlineData(ScoreReason.Change, 3, "Load, Memory use and Swaps moved at 12:00; that fades as the new values, or " +
        "the old ones again, become usual.")]
    [InlineData(ScoreReason.Drift, 1, "Load has been drifting to one side for an hour or two.")]
    [InlineData(ScoreReason.Level, 1, "The vital signs do not lie together as they did while they were learned, most " +
        "of all Load since 12:00; nothing has just begun.")]
    [InlineData(ScoreReason.Change, 0, "The vital signs do not fit together as usual; none of them stands out.")]
    public async Task It_is_one_plain_sentence(ScoreReason? reason, int names, string sentence)
    {
        await using var server = new WatchedServer();
        string[] by = [.. new[] { "Load", "Memory use", "Swaps" }.Take(names)];
        var raised = new RaisedScore(0.999, reason, by, WatchedServer.StartMs);
        Assert.Equal(sentence, server.Read(raised.Sentence));
        raised = raised with { SinceMs = null };
        Assert.DoesNotContain("12:00", server.Read(raised.Sentence), StringComparison.Ordinal);
    }

    /// <summary>A sample each 15 s.</summary>
    static async Task FollowAsync(WatchedServer server, SimulatedHost host, int minutes)
    {
        for (int i = 0; i < 4 * minutes; i++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(15));
            await server.AppendAsync([host], server.NowMs);
            await server.Watcher.TurnAsync(CancellationToken.None);
        }
    }
}

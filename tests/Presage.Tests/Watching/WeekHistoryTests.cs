using Presage.Detection;
using Presage.Metrics.Vitals;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>The rhythm of the week that vital signs learn from stored history.</summary>
public sealed class WeekHistoryTests(ITestOutputHelper output)
{
    const int StepSeconds = 300;

    /// <summary>
    /// Two servers of an office, busy from 8 to 18 on workdays, met on a Sunday with 17 days of stored history. One
    /// host learns in a turn: the first knows its last week from that; the other one is asked for. Both expect Monday.
    /// </summary>
    [Fact]
    public async Task A_week_of_stored_history_is_learned_at_once_and_more_when_it_is_asked_for()
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(30));
        var (met, asked) = (new SimulatedHost("web1:9100", 7), new SimulatedHost("web2:9100", 8));
        await WorkAsync(server, TimeSpan.FromDays(17), met, asked);
        await server.Watcher.TurnAsync(CancellationToken.None);
        int rows = server.Watcher.Learn("web2", TimeSpan.FromDays(30), null, CancellationToken.None);
        Assert.InRange(rows, 16 * 288, 17 * 288);
        Assert.Equal(LearningPhase.Weeks, server.Watcher.LearningOf("web2")!.Phase);

        var kept = new DetectorStates(server.State, VitalCatalogue.Default).Load("web2", out int dropped);
        Assert.Equal(0, dropped);
        Assert.Contains(kept, static track => track.Key == "cpu_use" && track.Detector.Phase == LearningPhase.Weeks);

        // To Monday, 10:00.
        var night = TimeSpan.FromHours(22);
        server.Time.Advance(night);
        await WorkAsync(server, night, met, asked);
        await server.Watcher.TurnAsync(CancellationToken.None);
        var (first, second) = (CpuOf("web1"), CpuOf("web2"));
        output.WriteLine($"{first.Lower} to {first.Upper}, {second.Lower} to {second.Upper}");
        Assert.InRange(first.Value!.Value, first.Lower!.Value, first.Upper!.Value);
        Assert.InRange(second.Value!.Value, second.Lower!.Value, second.Upper!.Value);
        Assert.InRange(first.Lower.Value, 0.1, 0.45);
        Assert.InRange(second.Lower.Value, 0.2, 0.45);

        VitalSnapshot CpuOf(string host) => server.Watcher.ReadingsOf(host).Single(static one => one.Key == "cpu_use");
    }

    /// <summary>
    /// Met on a Monday night with three weeks of stored history: its last two days, by which it is judged at first, are
    /// a quiet Sunday and a busy Monday that ends in what looks like a fault as long as the day is not known.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_end_of_a_working_day_is_ordinary_where_the_days_before_are_stored(bool isAsked)
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(30));
        server.Time.Advance(TimeSpan.FromHours(32));
        var host = new SimulatedHost("web1:9100", 7);
        await WorkAsync(server, TimeSpan.FromDays(21), host);
        if (isAsked)
        {
            Assert.NotEqual(0, server.Watcher.Learn("web1", TimeSpan.FromDays(28), null, CancellationToken.None));
        }

        await server.Watcher.TurnAsync(CancellationToken.None);
        var cpu = CpuOf();
        for (int i = 0; i < 6; i++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(StepSeconds));
            await server.AppendAsync([host], server.NowMs);
            await server.Watcher.TurnAsync(CancellationToken.None);
            cpu = CpuOf();
            output.WriteLine($"{cpu.Value} in {cpu.Lower} to {cpu.Upper}, {cpu.Score}");
            Assert.InRange(cpu.Value!.Value, cpu.Lower!.Value, cpu.Upper!.Value);
            Assert.Null(server.Watcher.AnomalyOf("web1"));
        }

        Assert.InRange(cpu.Upper!.Value, 0.04, 0.35);

        VitalSnapshot CpuOf() => server.Watcher.ReadingsOf("web1").Single(static one => one.Key == "cpu_use");
    }

    /// <summary>
    /// A server met with 40 days of stored history: its model is of the last week, what comes every week is looked for
    /// in the weeks before, one in a turn, and kept.
    /// </summary>
    [Fact]
    public async Task What_a_whole_host_does_every_week_is_learned_from_five_weeks_of_stored_history()
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(41));
        var (host, young) = (new SimulatedHost("web1:9100", 7), new SimulatedHost("web2:9100", 8));
        await WorkAsync(server, TimeSpan.FromDays(40), host);
        await WorkAsync(server, TimeSpan.FromDays(9), young);
        await server.Watcher.TurnAsync(CancellationToken.None);
        Assert.False(KnowsWeeks("web1"));
        for (int turn = 0; turn < 8; turn++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(StepSeconds));
            await WorkAsync(server, TimeSpan.FromSeconds(StepSeconds), host, young);
            await server.Watcher.TurnAsync(CancellationToken.None);
        }

        Assert.True(KnowsWeeks("web1"));
        Assert.False(KnowsWeeks("web2"));

        bool KnowsWeeks(string name)
        {
            server.Watcher.Save();
            var judge = new HostJudge(name, FalseAlarms.Default);
            new HostModels(server.State, VitalCatalogue.Default).Load(name, judge);
            return judge.Whole.Detector is { KnowsWeeks: true };
        }
    }

    static async Task WorkAsync(WatchedServer server, TimeSpan length, params SimulatedHost[] hosts)
    {
        foreach (var host in hosts)
        {
            await server.BackfillAsync(host, length, StepSeconds, atMs =>
            {
                var at = DateTimeOffset.FromUnixTimeMilliseconds(atMs);
                bool isWork = at is { Hour: >= 8 and < 18, DayOfWeek: not (DayOfWeek.Saturday or DayOfWeek.Sunday) };
                host.CpuUse = isWork ? 0.45 : 0.03;
            });
        }
    }
}

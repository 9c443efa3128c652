using Presage.Detection;
using Presage.OwnModels;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>An anomaly of a host is told as it is while it runs, and as it was once it is over.</summary>
public sealed class HostSentenceTests
{
    /// <summary>2026-11-22 14:02 UTC.</summary>
    const long AtMs = WatchedServer.StartMs + (122 * 60_000);

    const long Second = 1_000;

    static readonly AnomalyCause Cpu =
        new("cpu_use", "CPU use", 0.974, 0.02, 0.04, "ratio", "cpu", AtMs, 9);

    static readonly AnomalyCause Load = new("load", "Load", 5.1, 0.1, 0.4, "tasks", "cpu", AtMs - (20 * Second), 6);

    static readonly AnomalyCause Switches =
        new("context_switches", "Context switches", 5_000, 4_000, 6_000, "1/s", "cpu", null, 4);

    static readonly HostLook Odd = new(IsAlarm: true, IsJoint: false, IsOdd: true, IsNews: false, 0.9999, null);
    static readonly HostLook Fading = Odd with { IsAlarm = false };
    static readonly HostLook Calm = Fading with { IsOdd = false };

    [Fact]
    public void What_is_still_unusual_is_told_with_its_value_of_now()
    {
        var anomaly = Anomaly(AtMs + (40 * Second), Cpu, Load);
        Assert.Equal(
            "CPU use is 80 %, usually 2–4 %, since 14:02; with it Load (6 tasks, usually 0.1–0.4 tasks). " +
            "Load moved first, 20 s earlier.",
            Say(anomaly, 50, cpu: 0.8, load: 6));
    }

    [Fact]
    public void What_is_back_while_the_rest_is_not_is_told_with_how_far_it_went()
    {
        var anomaly = Anomaly(AtMs + (40 * Second), Cpu, Load);
        Assert.StartsWith("CPU use has been up to 97.4 %, usually 2–4 %, since 14:02; with it Load (6 tasks,",
            Say(anomaly, 50, cpu: 0.03, load: 6));
        var idle = Cpu with { Value = 0.1, Lower = 0.6, Upper = 0.7 };
        Assert.StartsWith("CPU use has been down to 10 %, usually 60–70 %, since 14:02",
            Say(Anomaly(AtMs + (40 * Second), idle, Load), 50, cpu: 0.65, load: 6));
    }

    [Fact]
    public void A_minute_of_calm_is_told_as_over_before_it_ends_the_anomaly()
    {
        var anomaly = Anomaly(AtMs + (200 * Second), Cpu, Load);
        const string Over = "CPU use was 97.4 %, usually 2–4 %, from 14:02 to 14:05; with it Load (5.1 tasks, " +
            "usually 0.1–0.4 tasks). Load moved first, 20 s earlier.";
        Assert.Equal(
            $"{Over} Calm since then; it ends after 5 min of calm.", Say(anomaly, 260, cpu: 0.03, load: 0.2));
        Assert.Equal(Over, Read(HostSentence.OfEnded(anomaly)));
        var brief = Anomaly(AtMs + Second, Cpu, Load);
        Assert.StartsWith("CPU use was 97.4 %, usually 2–4 %, at 14:02;", Read(HostSentence.OfEnded(brief)));
        Assert.Equal(
            "The vital signs did not fit together as usual from 14:02 to 14:05.",
            Read(HostSentence.OfEnded(Anomaly(AtMs + (200 * Second)))));
    }

    [Fact]
    public void Each_cause_is_kept_at_its_farthest_and_what_only_fades_is_not_told()
    {
        var run = new HostAnomalyRun();
        var now = new Dictionary<string, double?> { ["cpu_use"] = 0.5, ["load"] = 2 };
        See(0, Odd, Cpu with { Value = 0.5 }, Load with { Value = 2 });
        now["cpu_use"] = 0.974;
        See(10, Odd, Cpu, Load with { Value = 3 });
        now["load"] = 5.1;
        now["cpu_use"] = 0.1;
        See(20, Fading, Cpu with { Value = 0.1 }, Load);
        Assert.Equal([0.974, 5.1], run.Anomaly!.Causes.Select(static cause => cause.Value!.Value));

        // All is back in its range, though the host has not quite come to rest.
        now["load"] = 0.3;
        now["cpu_use"] = 0.03;
        See(30, Fading, Switches, Cpu with { Value = 0.03 });
        Assert.Equal(["cpu_use", "load"], run.Anomaly!.Causes.Select(static cause => cause.Key));
        Assert.Equal([0.974, 5.1], run.Anomaly!.Causes.Select(static cause => cause.Value!.Value));

        // Long after it began, what gets worse is followed.
        now["load"] = 9;
        See(600, Fading, Load with { Value = 9 });
        Assert.Equal(9, run.Anomaly!.Causes[1].Value);
        Assert.Equal(AnomalyChange.Closed, See(1_000, Calm));

        AnomalyChange See(long seconds, HostLook look, params AnomalyCause[] causes) =>
            run.See(AtMs + (seconds * Second), look, () => causes, now.GetValueOrDefault);
    }

    [Fact]
    public async Task What_nobody_carries_on_is_told_as_over()
    {
        await using var server = new WatchedServer();
        var single = new Anomaly
        {
            StartMs = AtMs,
            EndMs = AtMs + (300 * Second),
            PeakMs = AtMs + (200 * Second),
            PeakValue = 0.95,
            Upper = 0.4,
            IsAbove = true,
        };
        server.Watcher.Anomalies.Write([
            HostEvents.OfHost("web1", Anomaly(AtMs + (200 * Second), Cpu), "CPU use is 97.4 %.", isOpen: true),
            new AnomalyEvent(
                "web1", "filesystem_use{mountpoint=\"/var\"}", "filesystem_use", single, IsOpen: true, "is", AtMs),
        ]);

        server.Watcher.Anomalies.CloseAbandoned("web1", new HashSet<string>());

        Assert.Equal(
            [
                "CPU use was 97.4 %, usually 2–4 %, from 14:02 to 14:05.",
                "Space used on /var was 95 % at 14:05, usually 0–40 %. It lasted from 14:02 to 14:05.",
            ],
            server.Watcher.Anomalies.Between(0, server.NowMs * 2, "web1", 10).Select(static one => Read(one.Sentence))
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, "was 8.2, expected 1.1–2.3, from 14:02 to 14:05.")]
    [InlineData(
        9.0, "was odd, its score 9, usually at most 3, from 14:02 to 14:05; the value was 8.2.")]
    [InlineData(
        double.PositiveInfinity,
        "was odd, its score –, usually at most 3, from 14:02 to 14:05; the value was 8.2.")]
    public async Task What_a_model_found_before_a_restart_is_told_as_over(double? score, string ended)
    {
        await using var server = new WatchedServer();
        const string Series = "jobs{a=\"x is y, since z.\"}";
        var told = new ModelStatement("m", Series, 8.2, 1.1, 2.3, score, score is null ? null : 3, IsHighOdd: true);
        string running = ModelSentence.Of(told, AtMs, endMs: null);
        Assert.StartsWith($"Model m: {Series} is ", running, StringComparison.Ordinal);
        Write(server, running, told);

        // Also after a stop between.
        await server.RestartAsync();
        server.Watcher.Anomalies.CloseOfModels();

        Assert.Equal($"Model m: {Series} {ended}", Stored(server));
    }

    [Fact]
    public async Task What_a_model_found_that_an_older_version_stored_keeps_its_words_and_is_told_as_over()
    {
        await using var server = new WatchedServer();
        const string Running = "Model m: load is 8.2, expected 1.1–2.3, since 14:02.";
        Write(server, Running, told: null);
        server.Watcher.Anomalies.CloseOfModels();

        Assert.Equal($"{Running} Over since 14:05.", Stored(server));
    }

    static void Write(WatchedServer server, string sentence, ModelStatement? told)
    {
        var anomaly = new Anomaly { StartMs = AtMs, PeakMs = AtMs + (200 * Second), PeakValue = 8.2 };
        server.Watcher.Anomalies.Write(
            [new AnomalyEvent("web1", "model m jobs", "", anomaly, IsOpen: true, sentence, AtMs) { Statement = told }]);
    }

    static string Stored(WatchedServer server) =>
        Read(Assert.Single(server.Watcher.Anomalies.Between(0, server.NowMs * 2, "web1", 10)).Sentence);

    static HostAnomaly Anomaly(long endMs, params AnomalyCause[] causes) =>
        new(AtMs, endMs, 0.9999, IsJoint: false, causes);

    static string Say(HostAnomaly anomaly, long seconds, double cpu, double load) => Read(HostSentence.Of(
        anomaly, AtMs + (seconds * Second), key => key == "cpu_use" ? cpu : key == "load" ? load : null));

    static string Read(string sentence) =>
        SentenceTimes.Read(sentence, TimeZoneInfo.Utc, AtMs + 3_600_000).Replace('\u00A0', ' ');
}

using Presage.Alerting.Grouping;
using Presage.Alerting.Rules;
using Presage.Api;
using Presage.Metrics;
using Presage.State;
using Presage.Watching;
using Xunit;
using Quiet = Presage.Alerting.Silences.Silence;

namespace Presage.Tests.Alerting;

/// <summary>From samples through the real query engine to alerts and outbox rows in a real state file.</summary>
public sealed class AlertEvaluatorTests
{
    static readonly Uri Nowhere = new("http://127.0.0.1:9/hook");

    [Fact]
    public void Fires_after_its_time_and_tells_each_channel_once()
    {
        using var rig = new AlertingRig();
        rig.AddWebhook(Nowhere);
        rig.Seconds(3, 0.99);
        Assert.Equal(AlertItemState.Pending, Assert.Single(rig.Board.Open(null, 10)).State);
        Assert.Empty(rig.Outbox.List(null, 10));

        rig.Seconds(10, 0.99);
        var alert = Assert.Single(rig.Board.Open(null, 10));
        Assert.Equal(AlertItemState.Firing, alert.State);
        Assert.Equal("web1", alert.Host);
        Assert.Equal("cpu_use", alert.VitalKey);
        Assert.Equal("presage_vital{host=\"web1\", vital=\"cpu_use\"}", alert.Query);
        Assert.Equal(alert.StartedMs + 3000, alert.FiredMs);
        var delivery = Assert.Single(rig.Outbox.List(null, 10));
        Assert.Equal(alert.FiredMs, delivery.CreatedMs);
        Assert.Equal("web1: CPU is 99\u00A0% busy for 3\u00A0s; threshold 95\u00A0%.", delivery.Subject);
    }

    [Fact]
    public void A_message_names_the_zone_of_its_times_and_a_page_shows_its_readers()
    {
        using var rig = new AlertingRig(AlertingRig.CpuRule with
        {
            For = TimeSpan.Zero,
            Sentence = "{host}: unlike usual. {explanation}",
            ResolvedSentence = "{host}: as usual again. {explanation}",
            Explains = true,
        });
        rig.Time.SetLocalTimeZone(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        rig.AddWebhook(Nowhere);
        rig.Explanation = $"jobs{{queue=\"mail\"}} is 9, since {SentenceTimes.Of(rig.NowMs)}; with it Load.";
        rig.Second(0.99);
        Assert.Equal(
            "web1: unlike usual. jobs{queue=\"mail\"} is 9, since 15:02; with it Load.",
            Assert.Single(rig.Board.Open(null, 10)).Sentence);
        var message = NotificationJson.Read(Assert.Single(rig.Outbox.List(null, 10)).Notification);
        const string Told = "web1: unlike usual. jobs{queue=\"mail\"} is 9, since 15:02 UTC+1; with it Load.";
        Assert.Equal(Told, message.Sentence);
        Assert.Equal(Told, Assert.Single(message.Alerts).Sentence);

        // At the end what was is told, as it is said then.
        rig.Explanation = $"jobs was 9, from {SentenceTimes.Of(rig.NowMs)} to {SentenceTimes.Of(rig.NowMs + 60_000)}.";
        rig.Second(0.2);
        Assert.Equal(
            "web1: as usual again. jobs was 9, from 15:02 to 15:03.",
            Assert.Single(rig.Board.History("web1", 10)).Sentence);
        message = NotificationJson.Read(rig.Outbox.List(null, 10)[0].Notification);
        Assert.Equal(NotificationStatus.Resolved, message.Status);
        Assert.Equal("web1: as usual again. jobs was 9, from 15:02 to 15:03 UTC+1.", message.Sentence);
    }

    [Fact]
    public void The_end_says_nothing_of_what_was_where_that_is_not_known()
    {
        using var rig = new AlertingRig(AlertingRig.CpuRule with
        {
            For = TimeSpan.Zero,
            ResolvedSentence = "{host}: as usual again. {explanation}",
            Explains = true,
        });
        rig.Explanation = "jobs is 9.";
        rig.Second(0.99);
        rig.Explanation = null;
        rig.Second(0.2);
        Assert.Equal("web1: as usual again.", Assert.Single(rig.Board.History("web1", 10)).Sentence);
    }

    [Fact]
    public void The_end_is_told_in_the_same_thread()
    {
        using var rig = new AlertingRig();
        rig.AddWebhook(Nowhere);
        rig.Seconds(5, 0.99);
        rig.Second(0.2);

        Assert.Empty(rig.Board.Open(null, 10));
        Assert.Equal(AlertItemState.Resolved, Assert.Single(rig.Board.History("web1", 10)).State);
        var messages = rig.Outbox.List(null, 10).ConvertAll(static d => NotificationJson.Read(d.Notification));
        Assert.Equal([NotificationStatus.Resolved, NotificationStatus.Firing], messages.Select(static m => m.Status));
        Assert.Equal(messages[1].ThreadKey, messages[0].ThreadKey);
    }

    [Fact]
    public void Pending_goes_on_after_a_restart()
    {
        using var rig = new AlertingRig();
        rig.AddWebhook(Nowhere);
        rig.Seconds(3, 0.99);
        rig.Restart();
        rig.Second(0.99);

        Assert.Equal(AlertItemState.Firing, Assert.Single(rig.Board.Open(null, 10)).State);
        Assert.Single(rig.Outbox.List(null, 10));
    }

    [Fact]
    public void Firing_goes_on_after_a_restart_and_is_not_told_again()
    {
        using var rig = new AlertingRig();
        rig.AddWebhook(Nowhere);
        rig.Seconds(5, 0.99);
        long id = rig.Board.Open(null, 10)[0].Id;
        rig.Restart();
        rig.Seconds(30, null);
        rig.Seconds(5, 0.99);

        Assert.Equal(id, Assert.Single(rig.Board.Open(null, 10)).Id);
        Assert.Single(rig.Outbox.List(null, 10));

        rig.Restart();
        rig.Second(0.2);
        Assert.Equal(2, rig.Outbox.List(null, 10).Count);
    }

    [Fact]
    public void Pending_that_ends_leaves_nothing_behind()
    {
        using var rig = new AlertingRig();
        rig.Seconds(2, 0.99);
        rig.Second(0.2);
        Assert.Empty(rig.Board.Open(null, 10));
        Assert.Empty(rig.Board.History(null, 10));
    }

    [Fact]
    public void A_silence_holds_the_message_back_until_it_ends()
    {
        using var rig = new AlertingRig();
        rig.AddWebhook(Nowhere);
        rig.Silences.Create(
            new Quiet([new LabelMatcher("host", MatchOperator.RegexMatch, "web.*")], rig.NowMs, rig.NowMs + 20_000),
            "ann",
            "");
        rig.Seconds(10, 0.99);
        Assert.Equal(AlertItemState.Silenced, Assert.Single(rig.Board.Open(null, 10)).State);
        Assert.Empty(rig.Outbox.List(null, 10));
        Assert.Equal(1, Assert.Single(rig.Silences.List()).HeldBack);

        rig.Restart();
        rig.Seconds(12, 0.99);
        Assert.Equal(AlertItemState.Firing, Assert.Single(rig.Board.Open(null, 10)).State);
        Assert.Single(rig.Outbox.List(null, 10));
    }

    [Fact]
    public void A_silenced_alert_that_ends_is_never_told()
    {
        using var rig = new AlertingRig();
        rig.AddWebhook(Nowhere);
        rig.Silences.Create(
            new Quiet([new LabelMatcher("rule", MatchOperator.Equal, "cpu-saturated")], rig.NowMs, rig.NowMs + 60_000),
            "ann",
            "");
        rig.Seconds(10, 0.99);
        rig.Seconds(60, 0.2);
        Assert.Empty(rig.Outbox.List(null, 10));
    }

    [Fact]
    public void An_acknowledged_alert_says_by_whom_and_its_end_is_told()
    {
        using var rig = new AlertingRig();
        rig.AddWebhook(Nowhere);
        rig.Seconds(5, 0.99);
        long id = rig.Board.Open(null, 10)[0].Id;
        Assert.True(rig.Alerts.Acknowledge(id, "ann", "on it", rig.NowMs));
        rig.Restart();
        rig.Second(0.99);

        var alert = rig.Board.Find(id)!;
        Assert.Equal((AlertItemState.Acknowledged, "ann", "on it"), (alert.State, alert.AcknowledgedBy, alert.Note));
        Assert.True(rig.Alerts.Unacknowledge(id, "ann", rig.NowMs));
        Assert.Equal(AlertItemState.Firing, rig.Board.Find(id)!.State);
        rig.Second(0.2);
        Assert.Equal(2, rig.Outbox.List(null, 10).Count);
        Assert.False(rig.Alerts.Acknowledge(id, "ann", null, rig.NowMs));
        Assert.Equal(
            ["pending", "firing", "acknowledged", "acknowledgement withdrawn", "resolved: value is good"],
            rig.Alerts.Transitions(id).Select(static entry => entry.What));
    }

    [Fact]
    public void Several_mounts_of_a_host_make_one_message()
    {
        using var rig = new AlertingRig(AlertingRig.FilesystemRule);
        rig.AddWebhook(Nowhere);
        long atMs = rig.NowMs + 1000;
        foreach (string mount in new[] { "/", "/var", "/srv" })
        {
            rig.Samples.AddVital("web1", "filesystem_use", atMs, 0.97, new Label("mountpoint", mount));
        }

        rig.Samples.AddVital("web2", "filesystem_use", atMs, 0.99, new Label("mountpoint", "/"));
        rig.Second(null);

        Assert.Equal(4, rig.Board.Open(null, 10).Count);
        var messages = rig.Outbox.List(null, 10).ConvertAll(static d => NotificationJson.Read(d.Notification));
        Assert.Equal([("web2", 1), ("web1", 3)], messages.Select(static m => (m.Host, m.Alerts.Count)));
        Assert.All(rig.Board.Open("web1", 10), static alert => Assert.Single(alert.Notified));
        Assert.Contains(
            "filesystem_use{mountpoint=\"/var\"}", rig.Board.Open("web1", 10).Select(static alert => alert.VitalKey));
    }

    [Fact]
    public void A_large_file_system_with_room_is_exempt()
    {
        using var rig = new AlertingRig(AlertingRig.FilesystemRule);
        long atMs = rig.NowMs + 1000;
        rig.Samples.AddVital("web1", "filesystem_use", atMs, 0.97, new Label("mountpoint", "/"));
        rig.Samples.AddVital("web1", "filesystem_use", atMs, 0.97, new Label("mountpoint", "/data"));
        foreach (var (mount, free) in new[] { ("/", 1e9), ("/data", 500e9) })
        {
            rig.Samples.Add(
                LabelSet.OfMetric(
                    "node_filesystem_avail_bytes",
                    new("instance", "web1:9100"),
                    new("job", "node"),
                    new("device", "/dev/sda"),
                    new("mountpoint", mount)),
                atMs,
                free);
        }

        rig.Second(null);
        Assert.Equal("/", Assert.Single(rig.Board.Open(null, 10)).Labels["mountpoint"]);
    }

    [Fact]
    public void Values_of_a_silent_host_are_no_news()
    {
        using var rig = new AlertingRig(AlertingRig.SilentRule, AlertingRig.CpuRule);
        rig.Samples.AddUp("web1", rig.NowMs, true);
        rig.Seconds(2, 0.99);
        rig.Samples.AddUp("web1", rig.NowMs + 1000, false);
        rig.Seconds(29, null);
        Assert.All(rig.Board.Open(null, 10), static alert => Assert.Equal(AlertItemState.Pending, alert.State));

        rig.Seconds(5, null);
        var silent = Assert.Single(rig.Board.Open(null, 10), static alert => alert.State == AlertItemState.Firing);
        Assert.Equal("host-silent", silent.RuleId);
        Assert.Equal("presage_host_up{host=\"web1\"}", silent.Query);
    }

    [Fact]
    public void Channels_hear_only_what_they_asked_for()
    {
        using var rig = new AlertingRig();
        rig.AddWebhook(Nowhere, "critical", only: Severity.Critical);
        rig.AddWebhook(Nowhere, "no end", resolved: false);
        rig.Seconds(5, 0.99);
        rig.AddWebhook(Nowhere, "late");
        rig.Second(0.2);
        Assert.Equal("no end", Assert.Single(rig.Outbox.List(null, 10)).Channel);
    }

    [Fact]
    public void A_rule_switched_off_ends_its_alerts()
    {
        using var rig = new AlertingRig();
        rig.Seconds(5, 0.99);
        rig.Rules.Change("cpu-saturated", new RuleChange(false, null, null, null), "ann");
        rig.Second(0.99);
        Assert.Contains("switched off", Assert.Single(rig.Board.History(null, 10)).Sentence);
    }

    [Fact]
    public void A_changed_threshold_keeps_its_hysteresis_and_survives_a_restart()
    {
        using var rig = new AlertingRig();
        rig.Rules.Change("cpu-saturated", new RuleChange(null, 0.5, null, Severity.Critical), "ann");
        rig.Restart();
        var rule = rig.Rules.Find("cpu-saturated")!.Rule;
        Assert.Equal((0.5, Severity.Critical), (rule.Threshold, rule.Severity));
        Assert.Equal(0.5 * (0.85 / 0.95), rule.ClearThreshold);
        rig.Seconds(5, 0.6);
        Assert.Equal(AlertItemState.Firing, Assert.Single(rig.Board.Open(null, 10)).State);
    }

    [Fact]
    public void A_rule_that_cannot_be_evaluated_holds_no_other_up()
    {
        var broken = AlertingRig.CpuRule with { Id = "broken", Query = "presage_vital{" };
        using var rig = new AlertingRig(broken, AlertingRig.CpuRule);
        rig.Seconds(5, 0.99);
        Assert.Equal("cpu-saturated", Assert.Single(rig.Board.Open(null, 10)).RuleId);
        Assert.Contains("parse error", rig.Pulse.Of("broken").Error);
        Assert.Null(rig.Pulse.Of("cpu-saturated").Error);
    }

    [Fact]
    public void Secrets_are_not_in_the_state_file_and_need_its_keys()
    {
        using var rig = new AlertingRig();
        rig.AddWebhook(Nowhere);
        rig.AddEmail(25, static settings => settings with { User = "u", Password = "pa55-word" });
        Assert.Equal("s3cret-of-hook", rig.Channels.All[0].Webhook!.Secret);
        Assert.Equal("pa55-word", rig.Channels.All[1].Email!.Password);
        foreach (string file in new[] { rig.DatabasePath, rig.DatabasePath + "-wal" }.Where(File.Exists))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            string bytes = reader.ReadToEnd();
            Assert.DoesNotContain("pa55-word", bytes);
            Assert.DoesNotContain("s3cret-of-hook", bytes);
        }

        rig.Protection = new Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider();
        rig.Restart();
        Assert.All(rig.Channels.All, static channel => Assert.True(channel.SecretsLost));
        Assert.Equal("http://127.0.0.1:9", rig.Channels.All[0].Recipients[0]);
    }
}

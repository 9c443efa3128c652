using Presage.Alerting.Grouping;
using Presage.Alerting.Rules;
using Presage.Metrics;

namespace Presage.Tests.Alerting;

/// <summary>Messages for tests.</summary>
static class Messages
{
    const long FiredMs = 1_795_356_120_000;

    public static Notification Firing(params string[] mountpoints) => NotificationGrouping.Group(
        [.. (mountpoints.Length == 0 ? ["/"] : mountpoints).Select((mount, i) => Change(i + 1, mount, null, null))],
        FiredMs,
        "https://presage.example.test")[0];

    public static Notification Resolved(Notification firing) => NotificationGrouping.Group(
        [Change(1, "/", EndReason.Cleared, firing.ThreadKey)], FiredMs + 600_000, "https://presage.example.test")[0];

    static AlertChange Change(long id, string mount, EndReason? ended, string? thread) => new(
        id,
        StockRules.All.First(static rule => rule.Id == "filesystem-nearly-full"),
        LabelSet.Of(new Label("host", "web1"), new Label("mountpoint", mount)),
        new InstanceState
        {
            Phase = AlertPhase.Firing,
            SinceMs = FiredMs - 60_000,
            FiredMs = FiredMs,
            SeenMs = FiredMs,
            Value = 0.96,
        },
        ended,
        thread);
}

using Presage.Alerting.Rules;

namespace Presage.Tests.Alerting;

/// <summary>
/// The state machine of one instance told from its whole history: after every value it walks through everything from
/// the start again, keeping nothing but the list of (time, value) pairs. Slow and plain, to be compared with the real
/// one.
/// </summary>
sealed class NaiveAlertModel(AlertRule rule)
{
    readonly List<(long AtMs, double? Value)> _history = [];

    public AlertPhase Observe(long atMs, double? value)
    {
        _history.Add((atMs, value));
        var phase = AlertPhase.Inactive;
        long badSince = 0, lastValue = 0;
        long? goodSince = null;
        foreach (var (at, seen) in _history)
        {
            double gap = at - lastValue;
            bool present = seen is { } v && !double.IsNaN(v);
            bool bad = present && rule.Comparison.Holds(seen!.Value, rule.Threshold);
            bool stillBad = present && (bad || rule.Comparison.Holds(seen!.Value, rule.ClearThreshold));
            if (phase == AlertPhase.Inactive && bad)
            {
                badSince = at;
                goodSince = null;
                phase = rule.For == TimeSpan.Zero ? AlertPhase.Firing : AlertPhase.Pending;
            }
            else if (phase == AlertPhase.Pending)
            {
                phase = (present, bad) switch
                {
                    (false, _) => gap > 60_000 ? AlertPhase.Inactive : AlertPhase.Pending,
                    (true, false) => AlertPhase.Inactive,
                    _ => AlertPhase.Pending,
                };
                if (bad)
                {
                    badSince = gap > 60_000 ? at : badSince;
                    phase = at - badSince >= rule.For.TotalMilliseconds ? AlertPhase.Firing : AlertPhase.Pending;
                }
            }
            else if (phase == AlertPhase.Firing && !present)
            {
                phase = gap > 300_000 ? AlertPhase.Inactive : AlertPhase.Firing;
            }
            else if (phase == AlertPhase.Firing)
            {
                goodSince = stillBad ? null : goodSince ?? at;
                bool over = goodSince is { } since && at - since >= rule.KeepFiringFor.TotalMilliseconds;
                phase = over ? AlertPhase.Inactive : AlertPhase.Firing;
            }

            lastValue = present ? at : lastValue;
        }

        return phase;
    }
}

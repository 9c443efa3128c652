using Presage.Metrics;

namespace Presage.Alerting.Rules;

/// <summary>
/// The state machine of alerts. It is a function of (rule, states before, values, time): no clock, no store, so that
/// the same samples always make the same alerts, after a restart too.
/// <list type="bullet">
/// <item>A bad value makes an instance pending; bad at every evaluation for the rule's <c>for</c>, it fires (at once
/// when that is zero).</item>
/// <item>Pending ends with the first good value. Firing ends when the value has been good, by the clear threshold,
/// for the rule's keep-firing time.</item>
/// <item>A value that is missing (or NaN) is neither good nor bad. Pending waits for it up to <see
/// cref="PendingGapMax"/>, without firing meanwhile, and starts over when the gap was longer. Firing waits up to <see
/// cref="MissingMax"/> and then ends with reason <see cref="EndReason.NoData"/>: by then the host-silent rule has
/// spoken.</item>
/// <item>Time that runs backwards never makes an alert older than it is: moments in the future count as now.</item>
/// </list>
/// </summary>
public static class RuleEvaluation
{
    /// <summary>The longest gap in the values that a pending instance survives: four scrapes of 15 s.</summary>
    public static readonly TimeSpan PendingGapMax = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a firing instance without a value is kept: the look-back of PromQL, as long as a host is silent
    /// before it is given up.
    /// </summary>
    public static readonly TimeSpan MissingMax = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How much before its time an evaluation may come and still count: timers waver by some ms, and an alert must
    /// not wait for the next second because of them.
    /// </summary>
    public static readonly TimeSpan TimerJitter = TimeSpan.FromMilliseconds(50);

    static readonly Dictionary<LabelSet, InstanceState> None = [];

    /// <summary>
    /// Evaluates a rule once. Of two samples with equal labels the last one counts. <paramref name="nowMs"/> is ms
    /// since 1970 UTC.
    /// </summary>
    public static Evaluation Step(
        AlertRule rule,
        IReadOnlyDictionary<LabelSet, InstanceState> before,
        IReadOnlyList<RuleSample> samples,
        long nowMs)
    {
        if (before.Count == 0 && !AnyBad(rule, samples))
        {
            return new Evaluation(None, []);
        }

        var values = new Dictionary<LabelSet, RuleSample>(samples.Count);
        foreach (var sample in samples)
        {
            values[sample.Labels] = sample;
        }

        var states = new Dictionary<LabelSet, InstanceState>();
        var transitions = new List<AlertTransition>();
        foreach (var (labels, state) in before)
        {
            var sample = values.TryGetValue(labels, out var found) ? found : new RuleSample(labels, double.NaN);
            values.Remove(labels);
            Keep(rule, labels, state, sample, nowMs, states, transitions);
        }

        foreach (var sample in values.Values)
        {
            if (!sample.Exempt && rule.IsBad(sample.Value))
            {
                Begin(rule, sample, nowMs, states, transitions);
            }
        }

        transitions.Sort(static (a, b) => a.Labels.CompareTo(b.Labels));
        return new Evaluation(states, transitions);
    }

    /// <summary>
    /// A state read back after a restart. A firing instance gets the whole of <see cref="MissingMax"/> again, because
    /// its senders need time to come back; a pending one keeps the time of its last value, so that downtime counts as
    /// a gap.
    /// </summary>
    public static InstanceState Resume(InstanceState state, long nowMs) =>
        state.Phase == AlertPhase.Firing ? state with { SeenMs = nowMs } : state;

    /// <summary>Ends all instances of a rule that is no longer evaluated.</summary>
    public static Evaluation End(IReadOnlyDictionary<LabelSet, InstanceState> before, long nowMs)
    {
        var transitions = new List<AlertTransition>();
        foreach (var (labels, state) in before)
        {
            transitions.Add(Ending(labels, state, nowMs, EndReason.RuleOff));
        }

        transitions.Sort(static (a, b) => a.Labels.CompareTo(b.Labels));
        return new Evaluation(None, transitions);
    }

    static bool AnyBad(AlertRule rule, IReadOnlyList<RuleSample> samples)
    {
        for (int i = 0; i < samples.Count; i++)
        {
            if (!samples[i].Exempt && rule.IsBad(samples[i].Value))
            {
                return true;
            }
        }

        return false;
    }

    static void Begin(
        AlertRule rule,
        RuleSample sample,
        long nowMs,
        Dictionary<LabelSet, InstanceState> states,
        List<AlertTransition> transitions)
    {
        bool fires = rule.For <= TimeSpan.Zero;
        var state = new InstanceState
        {
            Phase = fires ? AlertPhase.Firing : AlertPhase.Pending,
            SinceMs = nowMs,
            FiredMs = fires ? nowMs : null,
            SeenMs = nowMs,
            Value = sample.Value,
            Explanation = sample.Explanation,
        };
        states[sample.Labels] = state;
        transitions.Add(new AlertTransition(sample.Labels, AlertPhase.Inactive, state.Phase, nowMs, state));
    }

    static void Keep(
        AlertRule rule,
        LabelSet labels,
        InstanceState state,
        RuleSample sample,
        long nowMs,
        Dictionary<LabelSet, InstanceState> states,
        List<AlertTransition> transitions)
    {
        state = NotInFuture(state, nowMs);
        bool missing = double.IsNaN(sample.Value);
        var (after, ended) = (state.Phase, missing) switch
        {
            (AlertPhase.Pending, true) => PendingWithoutValue(state, nowMs),
            (AlertPhase.Pending, false) => Pending(rule, state, sample, nowMs),
            (_, true) => FiringWithoutValue(state, nowMs),
            _ => Firing(rule, state, sample, nowMs),
        };
        if (ended is { } reason)
        {
            transitions.Add(Ending(labels, after, nowMs, reason));
            return;
        }

        states[labels] = after;
        if (after.Phase != state.Phase)
        {
            transitions.Add(new AlertTransition(labels, state.Phase, after.Phase, nowMs, after));
        }
    }

    static (InstanceState After, EndReason? Ended) Pending(
        AlertRule rule, InstanceState state, RuleSample sample, long nowMs)
    {
        bool gap = nowMs - state.SeenMs > PendingGapMax.TotalMilliseconds;
        state = state with { SeenMs = nowMs, Value = sample.Value, SinceMs = gap ? nowMs : state.SinceMs };
        state = state with { Explanation = sample.Explanation ?? state.Explanation };
        if (sample.Exempt || !rule.IsBad(sample.Value))
        {
            return (state, EndReason.Cleared);
        }

        return nowMs - state.SinceMs >= (rule.For - TimerJitter).TotalMilliseconds
            ? (state with { Phase = AlertPhase.Firing, FiredMs = nowMs }, null)
            : (state, null);
    }

    static (InstanceState After, EndReason? Ended) Firing(
        AlertRule rule, InstanceState state, RuleSample sample, long nowMs)
    {
        state = state with { SeenMs = nowMs, Value = sample.Value };
        if (!sample.Exempt && rule.IsStillBad(sample.Value))
        {
            return (state with { GoodSinceMs = null, Explanation = sample.Explanation ?? state.Explanation }, null);
        }

        // What was said while it was bad says what is: of what is over only what is given now.
        state = state with { GoodSinceMs = state.GoodSinceMs ?? nowMs, Explanation = sample.Explanation };
        bool over = nowMs - state.GoodSinceMs.Value >= rule.KeepFiringFor.TotalMilliseconds;
        return (state, over ? EndReason.Cleared : null);
    }

    static (InstanceState After, EndReason? Ended) PendingWithoutValue(InstanceState state, long nowMs) =>
        (state, nowMs - state.SeenMs > PendingGapMax.TotalMilliseconds ? EndReason.NoData : null);

    static (InstanceState After, EndReason? Ended) FiringWithoutValue(InstanceState state, long nowMs) =>
        (state, nowMs - state.SeenMs > MissingMax.TotalMilliseconds ? EndReason.NoData : null);

    static AlertTransition Ending(LabelSet labels, InstanceState state, long nowMs, EndReason reason)
    {
        var to = state.Phase == AlertPhase.Firing ? AlertPhase.Resolved : AlertPhase.Inactive;
        return new AlertTransition(labels, state.Phase, to, nowMs, state, reason);
    }

    static InstanceState NotInFuture(InstanceState state, long nowMs) =>
        state.SinceMs <= nowMs && state.SeenMs <= nowMs && !(state.FiredMs > nowMs) && !(state.GoodSinceMs > nowMs)
            ? state
            : state with
            {
                SinceMs = Math.Min(state.SinceMs, nowMs),
                SeenMs = Math.Min(state.SeenMs, nowMs),
                FiredMs = state.FiredMs is { } fired ? Math.Min(fired, nowMs) : null,
                GoodSinceMs = state.GoodSinceMs is { } good ? Math.Min(good, nowMs) : null,
            };
}

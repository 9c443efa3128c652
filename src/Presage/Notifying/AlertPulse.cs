using Presage.Alerting.Rules;

namespace Presage.Notifying;

/// <summary>
/// What the evaluator knows that the state file does not: the values of open alerts as of the last evaluation, and
/// how each rule went. Written by the evaluator, read by everybody.
/// </summary>
sealed class AlertPulse(TimeProvider time)
{
    volatile IReadOnlyDictionary<long, InstanceState> _instances = new Dictionary<long, InstanceState>();
    volatile IReadOnlyDictionary<string, RulePulse> _rules = new Dictionary<string, RulePulse>();

    /// <summary>Time between two evaluations of a rule.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Since when somebody looks.</summary>
    public long StartedMs { get; } = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The last time that all rules were looked at; null before the first.</summary>
    public long? LastEvaluationMs { get; private set; }

    /// <summary>How many times each rule was evaluated since the start.</summary>
    public long Evaluations { get; private set; }

    /// <summary>The state of an open alert at the last evaluation; null when it is not open.</summary>
    public InstanceState? Of(long alertId) => _instances.GetValueOrDefault(alertId);

    public RulePulse Of(string ruleId) => _rules.GetValueOrDefault(ruleId) ?? new RulePulse(null, null, 0, 0);

    /// <summary>Replaces everything; the dictionaries are not changed afterwards.</summary>
    public void Publish(
        long nowMs, IReadOnlyDictionary<long, InstanceState> instances, IReadOnlyDictionary<string, RulePulse> rules)
    {
        _instances = instances;
        _rules = rules;
        LastEvaluationMs = nowMs;
        Evaluations++;
    }
}

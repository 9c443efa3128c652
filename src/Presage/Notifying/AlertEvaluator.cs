using Presage.Alerting.Rules;
using Presage.Metrics;
using Presage.State;

namespace Presage.Notifying;

/// <summary>
/// Looks at all rules once a second. Decisions are those of <see cref="RuleEvaluation"/>; this class feeds it with
/// values and writes what changed, alerts and outbox rows together, in one transaction (<see cref="AlertCommit"/>).
/// Memory follows only after the commit: a turn that fails leaves no trace and the next one decides the same again.
/// After a restart it goes on from the state file, so that nothing is told twice or forgotten. One turn at a time;
/// not thread-safe.
/// </summary>
sealed class AlertEvaluator
{
    /// <summary>How often values and times without a transition are stored, for a restart.</summary>
    static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);

    static readonly IReadOnlyDictionary<LabelSet, InstanceState> NoStates = new Dictionary<LabelSet, InstanceState>();

    readonly AlertingStores _stores;
    readonly RuleQuery _query;
    readonly AlertPulse _pulse;
    readonly OutboxSignal _signal;
    readonly Func<AlertRule, string, bool, string?> _explain;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly AlertCommit _commit;
    readonly Dictionary<string, IReadOnlyDictionary<LabelSet, InstanceState>> _states = [];
    readonly Dictionary<string, RulePulse> _rulePulses = [];

    /// <summary>The rules of the last look, for ending the alerts of one that was deleted.</summary>
    Dictionary<string, AlertRule> _rules = [];
    Dictionary<(string Rule, LabelSet Labels), OpenAlert> _open = [];
    long _refreshedMs;

    /// <param name="explain">
    /// What is odd about a host in a sentence, for rules that explain; where nothing is any more, what was.
    /// </param>
    /// <param name="externalUrl">The dashboard's address for links in messages, or null.</param>
    public AlertEvaluator(
        AlertingStores stores,
        RuleQuery query,
        AlertPulse pulse,
        OutboxSignal signal,
        Func<AlertRule, string, bool, string?> explain,
        Func<string?> externalUrl,
        TimeProvider time,
        ILogger<AlertEvaluator> logger)
    {
        _stores = stores;
        _query = query;
        _pulse = pulse;
        _signal = signal;
        _explain = explain;
        _time = time;
        _logger = logger;
        _commit = new AlertCommit(stores, externalUrl, time);
        Resume();
    }

    /// <summary>One look at all rules.</summary>
    public void Evaluate(CancellationToken cancellationToken)
    {
        long nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var rules = _stores.Rules.All;
        var outcomes = Look(rules, nowMs, cancellationToken);
        bool due = nowMs - _refreshedMs >= RefreshInterval.TotalMilliseconds && _open.Count > 0;
        if (due || _commit.IsNeeded(outcomes, _open, nowMs))
        {
            var result = _commit.Write(outcomes, _open, nowMs, refresh: due);
            _open = result.Open;
            _refreshedMs = due ? nowMs : _refreshedMs;
            Announce(result);
        }

        foreach (var outcome in outcomes)
        {
            _states[outcome.Rule.Id] = outcome.Evaluation.States;
        }

        Publish(outcomes, nowMs);
        Forget(rules);
    }

    /// <summary>
    /// Takes the rules of this look; drops what is known of those that are no more, whose alerts have ended.
    /// </summary>
    void Forget(IReadOnlyList<StoredRule> rules)
    {
        foreach (string id in _rules.Keys.Except(rules.Select(static stored => stored.Rule.Id)))
        {
            _states.Remove(id);
            _rulePulses.Remove(id);
        }

        _rules = rules.ToDictionary(static stored => stored.Rule.Id, static stored => stored.Rule);
    }

    void Announce(AlertCommit.Result result)
    {
        if (result.Changed)
        {
            _stores.Alerts.Touch();
        }

        if (result.Deliveries > 0)
        {
            _signal.Wake();
        }
    }

    /// <summary>Reads the open alerts of the run before.</summary>
    void Resume()
    {
        long nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        _refreshedMs = nowMs;
        Forget(_stores.Rules.All);
        foreach (var group in _stores.Alerts.Open().GroupBy(static alert => alert.RuleId))
        {
            if (_stores.Rules.Find(group.Key) is null)
            {
                _stores.Alerts.EndWithoutRule([.. group.Select(static alert => alert.Id)], nowMs);
                continue;
            }

            _states[group.Key] = group.ToDictionary(
                static alert => alert.Labels, alert => RuleEvaluation.Resume(alert.State, nowMs));
            foreach (var alert in group)
            {
                _open[(alert.RuleId, alert.Labels)] = new OpenAlert(alert.Id, alert.Thread, alert.ToldMs is not null);
            }
        }
    }

    List<RuleOutcome> Look(IReadOnlyList<StoredRule> rules, long nowMs, CancellationToken cancellationToken)
    {
        var outcomes = new List<RuleOutcome>();
        var silentHosts = new HashSet<string>();
        foreach (var (id, rule) in _rules)
        {
            if (rules.All(stored => stored.Rule.Id != id) && _states.GetValueOrDefault(id) is { Count: > 0 } before)
            {
                outcomes.Add(new RuleOutcome(rule, RuleEvaluation.End(before, nowMs), Evaluated: false, null));
            }
        }

        foreach (var stored in rules.OrderByDescending(static stored => stored.Rule.TellsSilence))
        {
            var before = _states.GetValueOrDefault(stored.Rule.Id, NoStates);
            if (!stored.Enabled)
            {
                outcomes.Add(new RuleOutcome(stored.Rule, RuleEvaluation.End(before, nowMs), Evaluated: false, null));
                continue;
            }

            outcomes.Add(LookAt(stored.Rule, before, silentHosts, nowMs, cancellationToken));
        }

        return outcomes;
    }

    /// <summary>
    /// One rule. An expression that fails must not keep the other rules from being looked at: the reason is shown
    /// with the rule and its alerts stay as they are.
    /// </summary>
    RuleOutcome LookAt(
        AlertRule rule,
        IReadOnlyDictionary<LabelSet, InstanceState> before,
        HashSet<string> silentHosts,
        long nowMs,
        CancellationToken cancellationToken)
    {
        try
        {
            var samples = Samples(rule, before, silentHosts, nowMs, cancellationToken);
            return new RuleOutcome(rule, RuleEvaluation.Step(rule, before, samples, nowMs), Evaluated: true, null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (_rulePulses.GetValueOrDefault(rule.Id)?.Error != e.Message)
            {
                Log.RuleFailed(_logger, rule.Id, e);
            }

            return new RuleOutcome(rule, new Evaluation(before, []), Evaluated: false, e.Message);
        }
    }

    /// <summary>
    /// The values of a rule. Those of silent hosts are left out: they are the last ones before the silence, kept
    /// alive by PromQL's look-back, and neither good nor bad news.
    /// </summary>
    RuleSample[] Samples(
        AlertRule rule,
        IReadOnlyDictionary<LabelSet, InstanceState> before,
        HashSet<string> silentHosts,
        long nowMs,
        CancellationToken cancellationToken)
    {
        var samples = Named(_query(rule.Query, nowMs, cancellationToken));
        if (rule.TellsSilence)
        {
            silentHosts.UnionWith(samples.Where(sample => rule.IsBad(sample.Value)).Select(static sample =>
                HostNames.Of(sample.Labels)));
            return samples;
        }

        if (silentHosts.Count > 0)
        {
            samples = [.. samples.Where(sample => !silentHosts.Contains(HostNames.Of(sample.Labels)))];
        }

        if (rule.Explains)
        {
            return [.. samples.Select(sample => rule.IsStillBad(sample.Value) || before.ContainsKey(sample.Labels)
                ? sample with
                {
                    Explanation = _explain(rule, HostNames.Of(sample.Labels), rule.IsStillBad(sample.Value)),
                }
                : sample)];
        }

        return rule.Unless is { } unless && samples.Any(sample => rule.IsStillBad(sample.Value))
            ? Exemption.Mark(samples, [.. _query(unless, nowMs, cancellationToken).Select(static s => s.Labels)])
            : samples;
    }

    static RuleSample[] Named(IReadOnlyList<RuleSample> samples) =>
    [
        .. samples.Select(static sample =>
            sample with { Labels = sample.Labels.Without(LabelNames.MetricName, "vital") }),
    ];

    void Publish(List<RuleOutcome> outcomes, long nowMs)
    {
        var instances = new Dictionary<long, InstanceState>();
        foreach (var outcome in outcomes)
        {
            int firing = 0;
            foreach (var (labels, state) in outcome.Evaluation.States)
            {
                instances[_open[(outcome.Rule.Id, labels)].Id] = state;
                firing += state.Phase == AlertPhase.Firing ? 1 : 0;
            }

            long? evaluatedMs = outcome.Evaluated ? nowMs : _pulse.Of(outcome.Rule.Id).EvaluatedMs;
            _rulePulses[outcome.Rule.Id] =
                new RulePulse(evaluatedMs, outcome.Error, firing, outcome.Evaluation.States.Count - firing);
        }

        _pulse.Publish(nowMs, instances, new Dictionary<string, RulePulse>(_rulePulses));
    }
}

using Presage.Metrics;

namespace Presage.Alerting.Rules;

/// <summary>
/// What one evaluation of one rule gave: the instances that are pending or firing now, and what changed, by label
/// order.
/// </summary>
public sealed record Evaluation(
    IReadOnlyDictionary<LabelSet, InstanceState> States, IReadOnlyList<AlertTransition> Transitions);

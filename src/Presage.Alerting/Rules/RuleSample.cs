using Presage.Metrics;

namespace Presage.Alerting.Rules;

/// <summary>
/// The value of one instance at one evaluation. <paramref name="Labels"/> identify the instance (no metric name, no
/// <c>vital</c>); <paramref name="Exempt"/> is the outcome of <see cref="AlertRule.Unless"/>;
/// <paramref name="Explanation"/> says why, where the rule asks for it (<see cref="AlertRule.Explains"/>).
/// </summary>
public readonly record struct RuleSample(
    LabelSet Labels, double Value, bool Exempt = false, string? Explanation = null);

using Presage.Alerting.Rules;

namespace Presage.Notifying;

/// <summary>The instant vector of a PromQL expression over all hosts at a time (ms since 1970 UTC).</summary>
delegate IReadOnlyList<RuleSample> RuleQuery(string expression, long timestampMs, CancellationToken cancellationToken);

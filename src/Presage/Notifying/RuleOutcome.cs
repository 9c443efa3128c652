using Presage.Alerting.Rules;

namespace Presage.Notifying;

/// <summary>What one turn of the evaluator found about one rule.</summary>
/// <param name="Error">Why it could not be evaluated; its states are those before, then.</param>
sealed record RuleOutcome(AlertRule Rule, Evaluation Evaluation, bool Evaluated, string? Error);

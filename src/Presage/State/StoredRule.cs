using Presage.Alerting.Rules;

namespace Presage.State;

/// <summary>A rule in force.</summary>
/// <param name="Rule">With the changes applied.</param>
/// <param name="Stock">As shipped; of a rule that somebody made the same as <paramref name="Rule"/>.</param>
/// <param name="Own">What somebody made; null of a stock rule.</param>
sealed record StoredRule(AlertRule Rule, AlertRule Stock, bool Enabled, AnomalyRule? Own = null);

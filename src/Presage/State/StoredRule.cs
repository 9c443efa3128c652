using Presage.Alerting.Rules;

namespace Presage.State;

/// <summary>A rule in force.</summary>
/// <param name="Rule">With the changes applied.</param>
/// <param name="Stock">As shipped.</param>
sealed record StoredRule(AlertRule Rule, AlertRule Stock, bool Enabled);

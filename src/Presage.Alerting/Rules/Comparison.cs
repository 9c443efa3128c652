namespace Presage.Alerting.Rules;

/// <summary>How a rule compares a value with its threshold.</summary>
public enum Comparison
{
    Above,
    AtLeast,
    Below,
    AtMost,
}

namespace Presage.Alerting.Rules;

/// <summary>
/// How urgent an alert is: <see cref="Critical"/> may wake somebody, <see cref="Warning"/> waits for the morning.
/// </summary>
public enum Severity
{
    Warning,
    Critical,
}

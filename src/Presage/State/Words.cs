using Presage.Alerting.Rules;

namespace Presage.State;

/// <summary>Enumerations of alerting as the words they are stored and shown by.</summary>
static class Words
{
    public static string Of(Severity severity) => severity == Alerting.Rules.Severity.Critical ? "critical" : "warning";

    public static string Of(AlertPhase phase) => phase switch
    {
        AlertPhase.Pending => "pending",
        AlertPhase.Firing => "firing",
        AlertPhase.Resolved => "resolved",
        _ => "inactive",
    };

    public static string Of(EndReason reason) => reason switch
    {
        EndReason.NoData => "no data",
        EndReason.RuleOff => "rule switched off",
        _ => "value is good",
    };

    /// <exception cref="InvalidDataException">The word is none of the severities.</exception>
    public static Severity Severity(string word) => word switch
    {
        "critical" => Alerting.Rules.Severity.Critical,
        "warning" => Alerting.Rules.Severity.Warning,
        _ => throw new InvalidDataException($"\"{word}\" is no severity."),
    };

    /// <exception cref="InvalidDataException">The word is none of the phases.</exception>
    public static AlertPhase Phase(string word) => word switch
    {
        "pending" => AlertPhase.Pending,
        "firing" => AlertPhase.Firing,
        "resolved" => AlertPhase.Resolved,
        _ => throw new InvalidDataException($"\"{word}\" is no phase of an alert."),
    };
}

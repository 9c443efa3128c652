namespace Presage.Alerting.Rules;

/// <summary>Where an instance of a rule stands.</summary>
public enum AlertPhase
{
    /// <summary>Nothing is wrong, or no more; such an instance is not kept.</summary>
    Inactive,

    /// <summary>Bad, but not yet for as long as the rule demands.</summary>
    Pending,

    Firing,

    /// <summary>Was firing and has ended. Only the target of a transition.</summary>
    Resolved,
}

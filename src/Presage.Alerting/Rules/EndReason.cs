namespace Presage.Alerting.Rules;

/// <summary>Why a pending or firing instance ended.</summary>
public enum EndReason
{
    /// <summary>Its value is good again.</summary>
    Cleared,

    /// <summary>Its value has been missing for longer than <see cref="RuleEvaluation.MissingMax"/>.</summary>
    NoData,

    /// <summary>Its rule was switched off or taken away.</summary>
    RuleOff,
}

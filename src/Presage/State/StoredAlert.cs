using Presage.Alerting.Rules;
using Presage.Metrics;

namespace Presage.State;

/// <summary>An alert as it is stored. Times are ms since 1970 UTC.</summary>
sealed record StoredAlert
{
    public required long Id { get; init; }

    public required string RuleId { get; init; }

    /// <summary>The rule's name when the alert began.</summary>
    public required string RuleName { get; init; }

    public required Severity Severity { get; init; }

    public required string Host { get; init; }

    /// <summary>The labels of the instance.</summary>
    public required LabelSet Labels { get; init; }

    /// <summary>Pending, firing or resolved.</summary>
    public required AlertPhase Phase { get; init; }

    public required long SinceMs { get; init; }

    public long? FiredMs { get; init; }

    public long? GoodSinceMs { get; init; }

    public required long SeenMs { get; init; }

    public long? EndedMs { get; init; }

    public required double Value { get; init; }

    /// <summary>The rule's threshold at the last change of phase.</summary>
    public required double Threshold { get; init; }

    /// <summary>What was said of it at the last change of phase.</summary>
    public required string Sentence { get; init; }

    /// <summary>The thread of the message that told its firing; null when none did.</summary>
    public string? Thread { get; init; }

    /// <summary>When it was decided who is told; null while that is still to come.</summary>
    public long? ToldMs { get; init; }

    public string? AcknowledgedBy { get; init; }

    public long? AcknowledgedMs { get; init; }

    public string? Note { get; init; }

    /// <summary>The state machine's part of it.</summary>
    public InstanceState State => new()
    {
        Phase = Phase,
        SinceMs = SinceMs,
        FiredMs = FiredMs,
        GoodSinceMs = GoodSinceMs,
        SeenMs = SeenMs,
        Value = Value,
    };
}

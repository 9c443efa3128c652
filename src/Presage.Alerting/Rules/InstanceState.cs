namespace Presage.Alerting.Rules;

/// <summary>What is remembered of an instance that is pending or firing. Times are ms since 1970 UTC.</summary>
public sealed record InstanceState
{
    public required AlertPhase Phase { get; init; }

    /// <summary>When the value turned bad.</summary>
    public required long SinceMs { get; init; }

    /// <summary>When it began to fire; null while pending.</summary>
    public long? FiredMs { get; init; }

    /// <summary>
    /// Since when a firing instance's value is good again (it is being kept firing); null while it is bad.
    /// </summary>
    public long? GoodSinceMs { get; init; }

    /// <summary>The last evaluation that had a value for it.</summary>
    public required long SeenMs { get; init; }

    /// <summary>The last value.</summary>
    public required double Value { get; init; }

    /// <summary>Why, in a sentence, as of the last evaluation; null where the rule does not explain.</summary>
    public string? Explanation { get; init; }
}

namespace Presage.Detection;

/// <summary>A run of unusual values. Times in ms since 1970 UTC, values in the signal's unit.</summary>
public readonly record struct Anomaly
{
    /// <summary>The first unusual value.</summary>
    public long StartMs { get; init; }

    /// <summary>The last unusual value so far, or of the run when it has ended.</summary>
    public long EndMs { get; init; }

    /// <summary>The value farthest from usual.</summary>
    public long PeakMs { get; init; }

    public double PeakValue { get; init; }

    /// <summary>The highest score, 0-1.</summary>
    public double PeakScore { get; init; }

    /// <summary>The usual range when the run began.</summary>
    public double Lower { get; init; }

    /// <inheritdoc cref="Lower"/>
    public double Upper { get; init; }

    /// <summary>Whether the values lie above usual (else below).</summary>
    public bool IsAbove { get; init; }

    /// <summary>
    /// Whether a change that crept over minutes to hours opened it; else single values did (a jump or a spike).
    /// </summary>
    public bool IsSlow { get; init; }
}

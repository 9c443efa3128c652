namespace Presage.Metrics;

/// <summary>
/// What became of a batch. <see cref="Duplicate"/> samples (same series, timestamp and value) are a success: a retry
/// is safe. The refused ones are counted by reason, with one example of each request for the answer to the sender.
/// </summary>
public readonly record struct AppendOutcome
{
    /// <summary>Samples stored.</summary>
    public int Accepted { get; init; }

    /// <summary>
    /// Those of <see cref="Accepted"/> that are older than the newest sample of their series (out of order).
    /// </summary>
    public int Late { get; init; }

    /// <summary>Stored before, and not stored twice.</summary>
    public int Duplicate { get; init; }

    /// <summary>
    /// Same series and timestamp as a stored sample, another value: not refused, the one stays that
    /// <see cref="SampleValue.Beats"/> the other.
    /// </summary>
    public int Conflicting { get; init; }

    /// <summary>
    /// Refused: older than the series' newest sample, and older than the window for samples out of order.
    /// </summary>
    public int OutOfOrder { get; init; }

    /// <summary>Refused: older than what the store accepts at all.</summary>
    public int TooOld { get; init; }

    /// <summary>Refused: further in the future than the store accepts (10 minutes by default).</summary>
    public int TooFarInFuture { get; init; }

    /// <summary>Refused: of new series over a limit.</summary>
    public int OverSeriesLimit { get; init; }

    /// <summary>Refused: of series whose labels are longer than the store accepts (64 KB together).</summary>
    public int LabelsTooLong { get; init; }

    /// <summary>
    /// One refused sample in words, with its series, timestamp and the bound it broke; null when none was refused.
    /// </summary>
    public string? FirstRefusal { get; init; }

    /// <summary>Samples the store answers for: stored now, or before with this value or one that beats it.</summary>
    public int Written => Accepted + Duplicate + Conflicting;

    /// <summary>Samples refused, for whatever reason.</summary>
    public int Rejected => OutOfOrder + TooOld + TooFarInFuture + OverSeriesLimit + LabelsTooLong;
}

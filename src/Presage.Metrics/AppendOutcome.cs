namespace Presage.Metrics;

/// <summary>
/// What became of a batch. <see cref="Duplicate"/> samples (same series, timestamp and value) count as accepted: a
/// retry is safe. The others name why samples were refused, with one example of each request for the answer to the
/// sender.
/// </summary>
public readonly record struct AppendOutcome
{
    public int Accepted { get; init; }

    public int Duplicate { get; init; }

    /// <summary>Older than the series' newest sample or than the accepted window.</summary>
    public int OutOfOrder { get; init; }

    /// <summary>Older than what the store accepts at all.</summary>
    public int TooOld { get; init; }

    /// <summary>Further in the future than the store accepts (10 minutes by default).</summary>
    public int TooFarInFuture { get; init; }

    /// <summary>Same series and timestamp as a stored sample, another value.</summary>
    public int Conflicting { get; init; }

    /// <summary>Of new series over the configured limit.</summary>
    public int OverSeriesLimit { get; init; }

    /// <summary>
    /// One refused sample in words, with its series, timestamp and the bound it broke; null when none was refused.
    /// </summary>
    public string? FirstRefusal { get; init; }

    public int Rejected => OutOfOrder + TooOld + TooFarInFuture + Conflicting + OverSeriesLimit;
}

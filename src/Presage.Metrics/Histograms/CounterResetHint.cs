namespace Presage.Metrics;

/// <summary>What is known of a histogram sample in relation to the one before it.</summary>
public enum CounterResetHint
{
    /// <summary>Nothing: a reset is found by comparing.</summary>
    Unknown,

    /// <summary>The counter was reset before this sample.</summary>
    Reset,

    /// <summary>The counter only grew since the sample before.</summary>
    NotReset,

    /// <summary>No counter at all: counts may go down.</summary>
    Gauge,
}

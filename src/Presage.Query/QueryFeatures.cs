namespace Presage.Query;

/// <summary>Parts of PromQL that Prometheus keeps behind feature flags; off unless asked for.</summary>
[Flags]
public enum QueryFeatures
{
    None = 0,

    /// <summary>
    /// Functions and aggregations marked experimental (<c>limitk</c>, <c>mad_over_time</c>, <c>sort_by_label</c> …).
    /// </summary>
    ExperimentalFunctions = 1,

    /// <summary>Arithmetic in ranges and offsets: <c>[5m * 2]</c>, <c>offset step()</c>.</summary>
    DurationExpressions = 2,

    /// <summary>The <c>anchored</c> and <c>smoothed</c> modifiers.</summary>
    ExtendedRangeSelectors = 4,

    /// <summary><c>fill</c>, <c>fill_left</c> and <c>fill_right</c> in vector matching.</summary>
    BinaryFill = 8,

    /// <summary>Metric names are removed at the end of the query rather than by each function.</summary>
    DelayedNameRemoval = 16,

    /// <summary>The labels <c>__type__</c> and <c>__unit__</c> go wherever the metric's name goes.</summary>
    TypeAndUnitLabels = 32,

    /// <summary>
    /// <c>rate</c> is the slope from the first sample of its window to the last, not carried on to the window's
    /// borders: the same for evenly spaced samples, and right where their distance changes within the window or one
    /// is lost. Presage's own, for vital signs; no part of <see cref="All"/>.
    /// </summary>
    RatesBetweenSamples = 64,

    All = ExperimentalFunctions | DurationExpressions | ExtendedRangeSelectors | BinaryFill | DelayedNameRemoval
        | TypeAndUnitLabels,
}

namespace Presage.Protocols.Prometheus;

/// <summary>Why one series of a request was left out while the others were kept.</summary>
public enum SeriesRejection
{
    /// <summary>No label <c>__name__</c>, or an empty one.</summary>
    MissingMetricName,

    /// <summary>A label without a name.</summary>
    EmptyLabelName,

    /// <summary>A label's name or value is not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>A label's name stands twice.</summary>
    DuplicateLabel,

    TooManyLabels,
    LabelNameTooLong,
    LabelValueTooLong,

    /// <summary>
    /// The series holds native histograms whose fields contradict each other. Its other samples, if any, are kept.
    /// </summary>
    NativeHistogram,
}

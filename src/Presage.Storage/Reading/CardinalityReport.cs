namespace Presage.Storage;

/// <summary>
/// Where the active series come from: what to look at when there are too many. Every list is sorted by its count, the
/// greatest first.
/// </summary>
/// <param name="Series">Active series in all.</param>
/// <param name="Metrics">Series of each metric name.</param>
/// <param name="Hosts">Series of each host.</param>
/// <param name="Labels">Each label name, by how many different values it has.</param>
/// <param name="Pairs">Series of each label value, the metric name left out.</param>
public sealed record CardinalityReport(
    long Series,
    IReadOnlyList<NamedCount> Metrics,
    IReadOnlyList<NamedCount> Hosts,
    IReadOnlyList<LabelCount> Labels,
    IReadOnlyList<LabelPairCount> Pairs);

/// <param name="Name">A metric or a host.</param>
public readonly record struct NamedCount(string Name, long Series);

/// <param name="Name">A label's name.</param>
/// <param name="Values">How many different values it has.</param>
/// <param name="Series">How many series have the label.</param>
public readonly record struct LabelCount(string Name, long Values, long Series);

/// <param name="Series">How many series have the label with this value.</param>
public readonly record struct LabelPairCount(string Name, string Value, long Series);

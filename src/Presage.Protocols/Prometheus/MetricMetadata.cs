namespace Presage.Protocols.Prometheus;

/// <summary>
/// What a sender says about a metric family. <paramref name="Type"/> is a word of the exposition format (counter,
/// gauge, histogram, gaugehistogram, summary, info, stateset, unknown).
/// </summary>
public sealed record MetricMetadata(string Family, string Type, string Help, string Unit);

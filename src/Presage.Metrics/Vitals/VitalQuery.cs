namespace Presage.Metrics.Vitals;

/// <summary>
/// The PromQL of a vital sign for one kind of source, without any host matcher: it is evaluated against the series of
/// one host. Placeholders are described at <see cref="VitalSign.ValueQuery"/>.
/// </summary>
public sealed record VitalQuery
{
    public required string Value { get; init; }

    /// <summary>
    /// What the value is measured against in its tile (bytes of memory, cores); null where there is none.
    /// </summary>
    public string? Capacity { get; init; }
}

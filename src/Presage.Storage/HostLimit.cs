namespace Presage.Storage;

/// <summary>A host that met its limit of series: new ones of it are refused, all others go on.</summary>
/// <param name="Host">The host.</param>
/// <param name="SeriesMax">The limit.</param>
/// <param name="Label">The label with the most values: the one that grew, as a rule.</param>
/// <param name="LabelValues">How many values it has in the series looked at.</param>
/// <param name="SeriesLooked">How many of the host's series were looked at, some thousands at most.</param>
/// <param name="SamplesRefused">Samples of new series refused since <paramref name="SinceMs"/>.</param>
/// <param name="SinceMs">When the first was refused, ms since 1970 UTC.</param>
/// <param name="LastMs">When the last was refused.</param>
/// <param name="LookedMs">When the label was looked for.</param>
public sealed record HostLimit(
    string Host, int SeriesMax, string Label, int LabelValues, int SeriesLooked, long SamplesRefused, long SinceMs,
    long LastMs, long LookedMs);

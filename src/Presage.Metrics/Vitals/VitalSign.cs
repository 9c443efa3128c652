using System.Text.Json.Serialization;

namespace Presage.Metrics.Vitals;

/// <summary>
/// A signal that means the same on every host and from every source. An entry of <c>vitals.json</c>; the meaning of
/// each field stands in docs/vital-signs.md.
/// </summary>
public sealed record VitalSign
{
    /// <summary>The source kind of node_exporter and of Presage's own collectors.</summary>
    public const string NodeSource = "node";

    /// <summary>Stable name: label <c>vital</c> of the stored series.</summary>
    public required string Id { get; init; }

    /// <summary>Name in words, as a sentence starts with it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the name takes a plural verb ("Disk reads are …").</summary>
    public bool Plural { get; init; }

    /// <summary>ratio (0-1), bytes, bytes/s, seconds, tasks, 1/s, celsius or count.</summary>
    public required string Unit { get; init; }

    /// <summary>cpu, memory, disk, filesystem, network or system.</summary>
    public required string Family { get; init; }

    /// <summary>
    /// The label that tells several readings of a host apart (mountpoint, device); null where there is one.
    /// </summary>
    public string? Per { get; init; }

    public required Concern Concern { get; init; }

    /// <summary>Whether it is one of the six tiles of the host page.</summary>
    public bool Headline { get; init; }

    /// <summary>The smallest distance from usual that can matter to anybody, in the unit of the value.</summary>
    public required double Floor { get; init; }

    /// <summary>The same as a share of the usual value; the larger of the two counts.</summary>
    public double RelativeFloor { get; init; }

    /// <summary>
    /// How often it is worth evaluating; 1 (the default) for signals that move, more for those that creep. The default
    /// stands in the getter: the generated reader assigns 0 to an absent member.
    /// </summary>
    public int EverySeconds { get => field == 0 ? 1 : field; init; }

    /// <summary>What the value means, for people.</summary>
    public required string Description { get; init; }

    /// <summary>By source kind: "node" today.</summary>
    public required IReadOnlyDictionary<string, VitalQuery> Queries { get; init; }

    /// <summary>
    /// Whether differences are compared as ratios (throughput, latency, counts spread over orders of magnitude) or as
    /// differences (ratios, temperatures).
    /// </summary>
    [JsonIgnore]
    public bool IsLogarithmic => Unit is not ("ratio" or "celsius");

    /// <summary>The least possible value: 0, except for temperatures.</summary>
    [JsonIgnore]
    public double Minimum => Unit == "celsius" ? -273.15 : 0;

    /// <summary>The greatest possible value: 1 for ratios.</summary>
    [JsonIgnore]
    public double Maximum => Unit == "ratio" ? 1 : double.MaxValue;

    /// <summary>
    /// Whether it is a rate of a counter, which every look at a host has unless too few samples were there for one.
    /// </summary>
    [JsonIgnore]
    public bool IsRate => Queries.Values.Any(static query =>
        query.Value.Contains("rate(", StringComparison.Ordinal) &&
        !query.Value.Contains(">=", StringComparison.Ordinal));

    [JsonIgnore]
    internal IReadOnlyDictionary<string, string> Selectors { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The query of the value for a host whose samples arrive every <paramref name="cadence"/>; null where the source
    /// kind has none. <c>$window</c> becomes 3 s at a cadence of 1 s or less, so that a change shows within two
    /// seconds, else 4 x cadence, which holds a rate over a lost scrape. <c>$minute</c> becomes
    /// max(60 s, 4 x cadence), for rates of rare events.
    /// <c>$filesystem</c>, <c>$disk</c> and <c>$network</c> leave out what is no real file system, disk or interface.
    /// </summary>
    public string? ValueQuery(string source, TimeSpan cadence) =>
        Queries.TryGetValue(source, out var query) ? Substitute(query.Value, cadence) : null;

    /// <summary>The query of the capacity, or null where the vital sign or the source kind has none.</summary>
    public string? CapacityQuery(string source, TimeSpan cadence) =>
        Queries.TryGetValue(source, out var query) && query.Capacity is not null
            ? Substitute(query.Capacity, cadence)
            : null;

    /// <summary>The nearest possible value.</summary>
    public double Clamp(double value) => Math.Clamp(value, Minimum, Maximum);

    string Substitute(string query, TimeSpan cadence)
    {
        int four = (int)Math.Ceiling(4 * cadence.TotalSeconds);
        int window = cadence.TotalSeconds <= 1 ? 3 : four;
        string text = query
            .Replace("$window", $"{window}s", StringComparison.Ordinal)
            .Replace("$minute", $"{Math.Max(60, four)}s", StringComparison.Ordinal);
        foreach (var (name, selector) in Selectors)
        {
            text = text.Replace("$" + name, selector, StringComparison.Ordinal);
        }

        return text;
    }
}

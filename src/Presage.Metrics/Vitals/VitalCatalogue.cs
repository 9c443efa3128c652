using System.Collections.Frozen;
using System.Text.Json;

namespace Presage.Metrics.Vitals;

/// <summary>
/// The vital signs Presage knows, in the order in which they are shown: <c>vitals.json</c>, embedded.
/// </summary>
public sealed class VitalCatalogue
{
    const string ResourceName = "Presage.Metrics.Vitals.vitals.json";

    static readonly FrozenSet<string> Units = FrozenSet.Create(
        StringComparer.Ordinal, "ratio", "bytes", "bytes/s", "seconds", "tasks", "1/s", "celsius", "count");

    /// <summary>What vital signs are about.</summary>
    public static FrozenSet<string> Families { get; } = FrozenSet.Create(
        StringComparer.Ordinal, "cpu", "memory", "disk", "filesystem", "network", "system");

    static readonly Lazy<VitalCatalogue> Embedded = new(ReadEmbedded);

    readonly FrozenDictionary<string, VitalSign> _byId;

    VitalCatalogue(IReadOnlyList<VitalSign> vitals)
    {
        Vitals = vitals;
        _byId = vitals.ToFrozenDictionary(static vital => vital.Id, StringComparer.Ordinal);
    }

    /// <summary>The catalogue that ships with Presage.</summary>
    public static VitalCatalogue Default => Embedded.Value;

    public IReadOnlyList<VitalSign> Vitals { get; }

    /// <summary>The vital sign of an id, or null.</summary>
    public VitalSign? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Reads a catalogue file (UTF-8 JSON).</summary>
    /// <exception cref="FormatException">The text is not a catalogue; the message names the entry and the
    /// field.</exception>
    public static VitalCatalogue Parse(ReadOnlySpan<byte> json)
    {
        VitalCatalogueFile? file;
        try
        {
            file = JsonSerializer.Deserialize(json, VitalCatalogueJson.Default.VitalCatalogueFile);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The catalogue of vital signs cannot be read: {e.Message}", e);
        }

        if (file is null)
        {
            throw new FormatException("The catalogue of vital signs is empty.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var vital in file.Vitals)
        {
            Check(vital, seen);
        }

        return new VitalCatalogue([.. file.Vitals.Select(vital => vital with { Selectors = file.Selectors })]);
    }

    static void Check(VitalSign vital, HashSet<string> seen)
    {
        string? fault =
            !seen.Add(vital.Id) ? "id stands twice"
            : !Units.Contains(vital.Unit) ? $"unit \"{vital.Unit}\" is none of {string.Join(", ", Units)}"
            : !Families.Contains(vital.Family) ? $"family \"{vital.Family}\" is none of {string.Join(", ", Families)}"
            : vital.Floor is not (> 0 and < double.PositiveInfinity) ? "floor must be positive"
            : vital.RelativeFloor is not (>= 0 and <= 100) ? "relativeFloor must be between 0 and 100"
            : vital.EverySeconds is < 1 or > 3600 ? "everySeconds must be between 1 and 3600"
            : vital.Queries.Count == 0 ? "queries must name at least one source"
            : null;
        if (fault is not null)
        {
            throw new FormatException($"Vital sign \"{vital.Id}\": {fault}.");
        }
    }

    static VitalCatalogue ReadEmbedded()
    {
        using var stream = typeof(VitalCatalogue).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"Resource {ResourceName} is missing from Presage.Metrics.");
        byte[] json = new byte[stream.Length];
        stream.ReadExactly(json);
        return Parse(json);
    }
}

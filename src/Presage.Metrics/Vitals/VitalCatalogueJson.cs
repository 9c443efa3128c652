using System.Text.Json.Serialization;

namespace Presage.Metrics.Vitals;

/// <summary>The catalogue file as it is written.</summary>
sealed record VitalCatalogueFile
{
    public required IReadOnlyDictionary<string, string> Selectors { get; init; }

    public required IReadOnlyList<VitalSign> Vitals { get; init; }
}

[JsonSerializable(typeof(VitalCatalogueFile))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true)]
sealed partial class VitalCatalogueJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Presage.Alerting.Rules;

/// <summary>
/// The rules that every installation starts with, from the data file <c>Rules/stock-rules.json</c> in this assembly.
/// </summary>
public static class StockRules
{
    /// <summary>The rules in the order of the file; host-silent rules come first.</summary>
    public static IReadOnlyList<AlertRule> All { get; } = Load();

    static AlertRule[] Load()
    {
        using var stream = typeof(StockRules).Assembly.GetManifestResourceStream("stock-rules.json")
            ?? throw new InvalidOperationException("stock-rules.json is not in the assembly.");
        return [.. JsonSerializer.Deserialize(stream, StockRulesJson.Default.StockRuleArray)!.Select(Read)];
    }

    static AlertRule Read(StockRule rule) => new()
    {
        Id = rule.Id,
        Name = rule.Name,
        Severity = Enum.Parse<Severity>(rule.Severity, ignoreCase: true),
        Query = rule.Query,
        Unless = rule.Unless,
        Comparison = Comparisons.TryParse(rule.Comparison, out var comparison)
            ? comparison
            : throw new FormatException($"Stock rule {rule.Id}: \"{rule.Comparison}\" is none of >, >=, <, <=."),
        Threshold = rule.Threshold,
        ClearThreshold = rule.ClearThreshold,
        Unit = rule.Unit,
        For = rule.For,
        KeepFiringFor = rule.KeepFiringFor,
        Sentence = rule.Sentence,
        SentenceForMany = rule.SentenceForMany,
        ResolvedSentence = rule.ResolvedSentence,
        Vital = rule.Vital,
        TellsSilence = rule.TellsSilence,
        Explains = rule.Explains,
        IsOn = rule.On,
    };
}

sealed record StockRule(
    string Id,
    string Name,
    string Severity,
    string Query,
    string? Unless,
    string Comparison,
    double Threshold,
    double ClearThreshold,
    string Unit,
    TimeSpan For,
    TimeSpan KeepFiringFor,
    string Sentence,
    string? SentenceForMany,
    string ResolvedSentence,
    string? Vital,
    bool TellsSilence = false,
    bool Explains = false,
    bool On = true);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(StockRule[]))]
sealed partial class StockRulesJson : JsonSerializerContext;

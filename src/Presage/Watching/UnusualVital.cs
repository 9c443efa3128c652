namespace Presage.Watching;

/// <summary>A vital sign with a running anomaly, in words.</summary>
/// <param name="Sentence">
/// "Write latency on sda is 24.6 ms, usually 1.2–3.4 ms. It jumped at 14:02 and has stayed."
/// </param>
/// <param name="Score">The highest score of the run.</param>
/// <param name="Rarity">How rarely normal behaviour goes that far: "1 in 7 months".</param>
public sealed record UnusualVital(
    string Key,
    string Name,
    string Sentence,
    double Value,
    double? Lower,
    double? Upper,
    string Unit,
    double Score,
    long SinceMs,
    string Rarity);

namespace Presage.Watching;

/// <summary>What a user says of an anomaly.</summary>
public enum AnomalyWord
{
    /// <summary>It was meant to happen: the like is not told on this host any more.</summary>
    Expected,

    /// <summary>It was worth telling: the like is told, whatever was said before.</summary>
    Useful,

    /// <summary>It was not worth telling: the like is told only when it is ten times as rare.</summary>
    Noise,
}

/// <summary>What a user said of an anomaly, and what came of it.</summary>
/// <param name="StartMs">When the anomaly began.</param>
/// <param name="Score">Its highest score.</param>
/// <param name="Causes">How much each vital sign took part, by key.</param>
/// <param name="Held">How many of the like were held back because of it.</param>
/// <param name="HeldMs">When the last of them was; null when none was.</param>
public sealed record AnomalyLabel(
    long AnomalyId,
    string Host,
    AnomalyWord Word,
    long StartMs,
    double Score,
    IReadOnlyDictionary<string, double> Causes,
    string Sentence,
    string? Note,
    string By,
    long AtMs,
    int Held,
    long? HeldMs);

namespace Presage.Watching;

/// <summary>How unusual a host is as a whole.</summary>
/// <param name="Level">0 as usual, 1 slightly (one anomaly runs), 2 clearly (two or three), 3 extremely (more).</param>
/// <param name="Score">0-1: the oddest vital, corrected for how many there are; null while learning.</param>
/// <param name="Sentence">The sentence of its oddest vital; null when none is unusual.</param>
public sealed record HostOddity(int Level, double? Score, string? Sentence)
{
    /// <summary>Slightly unusual, for another reason.</summary>
    public HostOddity Raised(string sentence) => this with { Level = 1, Sentence = sentence };

    /// <summary>A host nothing is known about yet.</summary>
    public static HostOddity Unknown { get; } = new(0, null, null);
}

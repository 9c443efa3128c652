namespace Presage.Metrics;

/// <summary>
/// Stands for the key of a series in this process: 128 bits of a hash whose secret is drawn anew by every process
/// (<see cref="UniversalHash"/>). Two keys have the same one with a probability of at most 2^-121, whoever chose them,
/// so the look-up of a series compares fingerprints and leaves the keys alone. Never stored, never sent.
/// </summary>
/// <param name="Place">Where a table puts the series.</param>
/// <param name="Check">The other half.</param>
public readonly record struct SeriesFingerprint(ulong Place, ulong Check)
{
    /// <summary>The fingerprint of a canonical key (<see cref="SeriesKey"/>).</summary>
    public static SeriesFingerprint Of(ReadOnlySpan<byte> key) => UniversalHash.Of(key);
}

namespace Presage.Alerting.Outbox;

/// <summary>
/// A small generator of even random numbers (SplitMix64: Steele, Lea, Flood 2014). The same seed gives the same
/// numbers, so that a retry schedule can be replayed. Not for secrets, not thread-safe.
/// </summary>
public sealed class SeededGenerator(ulong seed)
{
    ulong _state = seed;

    /// <summary>The next number, 0 (inclusive) to 1 (exclusive).</summary>
    public double NextUnit()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53));
    }
}

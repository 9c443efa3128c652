namespace Presage.Agent;

/// <summary>
/// How long to wait before the next try: 0.5-1 s at first, doubling to 15-30 s. The random half keeps a thousand agents
/// from coming back in the same second after the server's restart.
/// </summary>
sealed class Backoff(ulong seed)
{
    static readonly TimeSpan First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(30);

    ulong _state = seed;
    int _failures;

    public void Reset() => _failures = 0;

    /// <summary>
    /// The wait after one more failure; at least what the server asked for, and then up to a second more.
    /// </summary>
    public TimeSpan Next(TimeSpan? retryAfter)
    {
        double limit = Math.Min(First.TotalSeconds * Math.Pow(2, _failures), Longest.TotalSeconds);
        _failures = Math.Min(_failures + 1, 30);
        var own = TimeSpan.FromSeconds(limit * (0.5 + (0.5 * NextFraction())));
        return retryAfter is { } asked ? asked + TimeSpan.FromSeconds(NextFraction()) : own;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014), as a number from 0 to 1.</summary>
    double NextFraction()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}

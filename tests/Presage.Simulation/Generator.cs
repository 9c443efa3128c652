namespace Presage.Simulation;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): a small generator whose seed reproduces a run.</summary>
sealed class Generator(ulong seed)
{
    ulong _state = seed;

    public ulong Bits()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Bits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, bound).</summary>
    public int Below(int bound) => (int)(Bits() % (ulong)bound);

    /// <summary>Uniform, both ends included.</summary>
    public long Between(long from, long to) => from + (long)(Bits() % (ulong)(to - from + 1));

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => Uniform() < probability;

    public T Pick<T>(IReadOnlyList<T> among) => among[Below(among.Count)];

    /// <summary>Small numbers often, large ones sometimes; 1 to max.</summary>
    public int Skewed(int max) => 1 + (int)(max * Math.Pow(Uniform(), 3));
}

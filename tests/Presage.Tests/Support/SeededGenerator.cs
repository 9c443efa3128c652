namespace Presage.Tests.Support;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): a small generator whose seed reproduces a test.</summary>
sealed class SeededGenerator(ulong seed)
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

    /// <summary>Standard normal (Box-Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>Exponential with mean 1.</summary>
    public double Exponential() => -Math.Log(1 - Uniform());

    /// <summary>Student's t with few degrees of freedom: heavy tails.</summary>
    public double HeavyTailed(int degrees)
    {
        double sum = 0;
        for (int i = 0; i < degrees; i++)
        {
            double normal = Normal();
            sum += normal * normal;
        }

        return Normal() / Math.Sqrt(sum / degrees);
    }
}

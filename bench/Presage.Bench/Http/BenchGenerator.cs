namespace Presage.Bench;

/// <summary>Pseudo-random numbers from a seed (xorshift64): every run draws the same.</summary>
sealed class BenchGenerator(ulong seed)
{
    ulong _state = seed * 0x9E3779B97F4A7C15;

    /// <summary>A number from 0 to below the bound.</summary>
    public int Next(int bound)
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (int)((_state >> 33) % (ulong)bound);
    }

    public void Shuffle(Span<int> numbers)
    {
        for (int i = numbers.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (numbers[i], numbers[j]) = (numbers[j], numbers[i]);
        }
    }
}

// Hot path: once per selected series. Budget: 60 ns when it is known.
using System.Numerics;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Keeps the identities of the series that queries ask for, by the hash of their keys, so that a dashboard's labels are
/// not made anew every few seconds. Bounded: a set of <see cref="Ways"/> places for each hash, of which a new series
/// takes one over. Without locks: a place is one reference, and whoever reads it compares the key.
/// </summary>
sealed class IdentityCache(int places)
{
    const int Ways = 4;

    /// <summary>Keys beyond this length are not kept: 64 thousand of them would be too much memory.</summary>
    const int KeyBytesMax = 1024;

    /// <summary>One for every 256 KB of the machine's memory: some 650 bytes each, so a quarter of a percent.</summary>
    const int MemoryPerPlace = 256 << 10;

    const int PlacesMin = 4096, PlacesMax = 262_144;

    readonly SeriesIdentity?[] _places = new SeriesIdentity?[(int)BitOperations.RoundUpToPowerOf2((uint)places)];

    /// <summary>
    /// Bits of the hash of what is in each place, beside each other: most looks at an identity are at the one wanted.
    /// </summary>
    readonly ushort[] _marks = new ushort[(int)BitOperations.RoundUpToPowerOf2((uint)places)];

    /// <summary>A cache that suits the machine's memory.</summary>
    public static IdentityCache OfThisMachine() =>
        new((int)Math.Clamp(
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryPerPlace, PlacesMin, PlacesMax));

    /// <summary>The identity of the series with this key.</summary>
    /// <exception cref="FormatException">The bytes are not a canonical key.</exception>
    public SeriesIdentity Get(ulong hash, ReadOnlySpan<byte> key)
    {
        int first = (int)(hash >> 16) & (_places.Length - 1) & ~(Ways - 1);
        var set = _places.AsSpan(first, Ways);
        ushort mark = (ushort)(hash >> 48);
        for (int i = 0; i < Ways; i++)
        {
            if (_marks[first + i] == mark && set[i] is { } known && known.Hash == hash
                && known.Key.SequenceEqual(key))
            {
                return known;
            }
        }

        var identity = new SeriesIdentity(hash, key.ToArray(), LabelSet.FromKey(key));
        if (key.Length <= KeyBytesMax)
        {
            int free = set.IndexOf(null as SeriesIdentity);
            int place = free >= 0 ? free : (int)(hash >> 8) & (Ways - 1);
            Volatile.Write(ref set[place], identity);
            _marks[first + place] = mark;
        }

        return identity;
    }
}

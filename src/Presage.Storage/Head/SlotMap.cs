// Hot path: a few calls per chunk and new series. Budget: 5 ns.
using System.Diagnostics;
using System.Numerics;

namespace Presage.Storage;

/// <summary>
/// Which places of a growing number of slabs are taken. The lowest free place is given first, so that what is left
/// after a busy time draws together in the first slabs and the others can be given back.
/// </summary>
sealed class SlotMap(int slabLog2)
{
    const int WordLog2 = 6;

    readonly List<Slab> _slabs = [];
    readonly int _words = 1 << (slabLog2 - WordLog2);

    /// <summary>No slab before this one has a free place.</summary>
    int _firstFree;

    /// <summary>Places taken.</summary>
    public int Used { get; private set; }

    /// <summary>Bound of the places ever taken.</summary>
    public int End => _slabs.Count << slabLog2;

    /// <summary>Takes the lowest free place.</summary>
    public int Take()
    {
        while (_firstFree < _slabs.Count && _slabs[_firstFree].Used == 1 << slabLog2)
        {
            _firstFree++;
        }

        if (_firstFree == _slabs.Count)
        {
            _slabs.Add(new Slab(new ulong[_words]));
        }

        var slab = _slabs[_firstFree];
        int word = slab.FirstFreeWord;
        while (slab.Bits[word] == ulong.MaxValue)
        {
            word++;
        }

        int bit = BitOperations.TrailingZeroCount(~slab.Bits[word]);
        slab.Bits[word] |= 1UL << bit;
        slab.FirstFreeWord = word;
        slab.Used++;
        Used++;
        return (_firstFree << slabLog2) | (word << WordLog2) | bit;
    }

    /// <summary>Gives a place back; true where its slab has none taken any more.</summary>
    public bool Return(int place)
    {
        int number = place >> slabLog2;
        var slab = _slabs[number];
        int word = (place & ((1 << slabLog2) - 1)) >> WordLog2;
        ulong bit = 1UL << (place & ((1 << WordLog2) - 1));
        Debug.Assert((slab.Bits[word] & bit) != 0, "Only a place that is taken is given back.");
        slab.Bits[word] &= ~bit;
        slab.FirstFreeWord = Math.Min(slab.FirstFreeWord, word);
        slab.Used--;
        Used--;
        _firstFree = Math.Min(_firstFree, number);
        return slab.Used == 0;
    }

    sealed class Slab(ulong[] bits)
    {
        public ulong[] Bits { get; } = bits;

        public int FirstFreeWord { get; set; }

        public int Used { get; set; }
    }
}

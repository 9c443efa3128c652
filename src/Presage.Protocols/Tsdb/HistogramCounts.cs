using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.Protocols.Tsdb;

/// <summary>The counts of the histogram read last in a chunk; the next one is told by what changed.</summary>
sealed class HistogramCounts(int positives, int negatives)
{
    readonly Number[] _numbers = new Number[2 + positives + negatives];
    readonly List<double> _positive = [];
    readonly List<double> _negative = [];
    Number _sum;

    /// <summary>Whether it ends the series.</summary>
    public bool IsStale => SampleValue.IsStale(BitConverter.UInt64BitsToDouble(_sum.Bits));

    /// <summary>Count and zero count, then the buckets: the sum stands in between.</summary>
    Span<Number> Totals => _numbers.AsSpan(0, 2);

    /// <summary>Reads the next histogram behind its time; false where it is broken.</summary>
    public bool Read(ref XorBits bits, bool isFloat, bool isFirst)
    {
        foreach (ref var number in Totals)
        {
            if (!(isFloat ? number.ReadFloat(ref bits, isFirst) : number.ReadWhole(ref bits, isFirst, isTotal: true)))
            {
                return false;
            }
        }

        if (!_sum.ReadFloat(ref bits, isFirst))
        {
            return false;
        }

        foreach (ref var number in IsStale && !isFirst ? [] : _numbers.AsSpan(2))
        {
            if (!(isFloat ? number.ReadFloat(ref bits, isFirst) : number.ReadWhole(ref bits, isFirst, isTotal: false)))
            {
                return false;
            }
        }

        Fill(_positive, _numbers.AsSpan(2, positives), isFloat);
        Fill(_negative, _numbers.AsSpan(2 + positives, negatives), isFloat);
        return true;
    }

    /// <summary>The histogram; null where the counts do not fit the layout.</summary>
    public NativeHistogram? Make(HistogramLayout layout, CounterResetHint hint, out string? problem) => layout.TryMake(
        hint, _numbers[0].Value, BitConverter.UInt64BitsToDouble(_sum.Bits), _numbers[1].Value, _positive, _negative,
        out problem);

    /// <summary>Whole counts of buckets are told as differences to the bucket before.</summary>
    static void Fill(List<double> counts, ReadOnlySpan<Number> numbers, bool isFloat)
    {
        counts.Clear();
        long count = 0;
        foreach (ref readonly var number in numbers)
        {
            count = isFloat ? 0 : count + number.Whole;
            counts.Add(isFloat ? number.Value : count);
        }
    }

    /// <summary>One number from histogram to histogram.</summary>
    struct Number
    {
        long _delta;
        int _leading;
        int _trailing;

        public long Whole;
        public ulong Bits;
        public double Value;

        public bool ReadWhole(ref XorBits bits, bool isFirst, bool isTotal)
        {
            if (isFirst)
            {
                Whole = isTotal ? (long)bits.ReadUnsignedVarbit() : bits.ReadVarbit();
            }
            else
            {
                _delta += bits.ReadVarbit();
                Whole += _delta;
            }

            Value = isTotal ? (ulong)Whole : Whole;
            return !bits.IsBroken;
        }

        public bool ReadFloat(ref XorBits bits, bool isFirst)
        {
            if (isFirst)
            {
                Bits = bits.ReadBits(64);
            }
            else if (!bits.ReadValue(ref Bits, ref _leading, ref _trailing))
            {
                return false;
            }

            Value = BitConverter.UInt64BitsToDouble(Bits);
            return !bits.IsBroken;
        }
    }
}

using System.Numerics;

namespace Presage.Storage;

/// <summary>
/// Weighs differences against differences of differences over the first integers of a column, by the bits each would
/// take, and derives the first parameters of the code.
/// </summary>
struct PredictionPlan
{
    long _previous;
    long _previousDelta;
    int _count;
    int _deltaBits;
    int _deltaZeros;
    int _secondBits;
    int _secondZeros;

    public long First { get; private set; }

    public long FirstDelta { get; private set; }

    /// <summary>Second differences must win clearly: they double the noise of a gauge.</summary>
    public readonly ValueMode Mode =>
        _count > 3 && (_secondBits * 17) + _count < (_deltaBits * 16) ? ValueMode.DeltaOfDelta : ValueMode.Delta;

    /// <summary>The Rice parameter, 0 to 31: one bit less than the mean length of what is not zero.</summary>
    public readonly int Rice
    {
        get
        {
            bool second = Mode == ValueMode.DeltaOfDelta;
            int codes = Math.Max(_count - 1 - (second ? _secondZeros : _deltaZeros), 1);
            return Math.Clamp(((second ? _secondBits : _deltaBits) / codes) - 1, 0, 31);
        }
    }

    /// <summary>The run parameter, 0 to 7, by the share of zeros.</summary>
    public readonly int Run
    {
        get
        {
            int zeros = 4 * (Mode == ValueMode.DeltaOfDelta ? _secondZeros : _deltaZeros);
            return zeros >= 3 * _count ? 3 : zeros >= 2 * _count ? 1 : 0;
        }
    }

    public void Add(long mantissa)
    {
        if (_count == 0)
        {
            First = mantissa;
        }
        else
        {
            long delta = mantissa - _previous;
            if (_count == 1)
            {
                FirstDelta = delta;
                _previousDelta = delta;
            }

            Weigh(Varint.ZigZag(delta), ref _deltaBits, ref _deltaZeros);
            Weigh(Varint.ZigZag(delta - _previousDelta), ref _secondBits, ref _secondZeros);
            _previousDelta = delta;
        }

        _previous = mantissa;
        _count++;
    }

    static void Weigh(ulong u, ref int bits, ref int zeros)
    {
        bits += 64 - BitOperations.LeadingZeroCount(u);
        zeros += u == 0 ? 1 : 0;
    }
}

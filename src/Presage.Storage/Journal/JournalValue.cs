// Hot path: every journalled sample whose value changed. Budget: 3 ns.
namespace Presage.Storage;

/// <summary>
/// Values as integers, where they are exactly that: of one, or of thousandths. Most values are short decimals, and the
/// difference of two is a byte or two. Writer and reader do the same arithmetic, correctly rounded everywhere.
/// </summary>
static class JournalValue
{
    /// <summary>Differences of two integers below 2^53 need no more than 54 bits.</summary>
    const long IntegerMax = 1L << 53;
    const double Scale = 1000;

    public static bool TryInteger(long bits, out long integer)
    {
        // What the processor makes of a number beyond the range of a long differs, but does not come back on any; nor
        // do -0 and NaN.
        integer = double.ConvertToIntegerNative<long>(BitConverter.Int64BitsToDouble(bits));
        return integer is > -IntegerMax and < IntegerMax && BitConverter.DoubleToInt64Bits(integer) == bits;
    }

    public static bool TryThousandths(long bits, out long thousandths)
    {
        double scaled = Math.Round(BitConverter.Int64BitsToDouble(bits) * Scale);
        thousandths = double.ConvertToIntegerNative<long>(scaled);
        return thousandths is > -IntegerMax and < IntegerMax && FromThousandths(thousandths) == bits;
    }

    /// <summary>The value as an integer, 0 where it is none.</summary>
    public static long Integer(long bits) => TryInteger(bits, out long integer) ? integer : 0;

    /// <summary>The value in thousandths, 0 where they are no integer.</summary>
    public static long Thousandths(long bits) => TryThousandths(bits, out long thousandths) ? thousandths : 0;

    public static long FromInteger(long integer) => BitConverter.DoubleToInt64Bits(integer);

    public static long FromThousandths(long thousandths) => BitConverter.DoubleToInt64Bits(thousandths / Scale);
}

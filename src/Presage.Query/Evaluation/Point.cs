namespace Presage.Query.Evaluation;

/// <summary>
/// The mark for "no point at this step" inside a column of values: a quiet NaN with a payload of its own, so that
/// columns
/// need no bitmap. Arithmetic may turn it into an ordinary NaN, hence it is tested for before any arithmetic.
/// </summary>
static class Point
{
    /// <summary>Quiet NaN, payload "PRESAG" in ASCII.</summary>
    const long AbsentBits = 0x7FF8_5052_4553_4147;

    public static double Absent { get; } = BitConverter.Int64BitsToDouble(AbsentBits);

    public static bool IsAbsent(double value) => BitConverter.DoubleToInt64Bits(value) == AbsentBits;

    public static bool AnyIn(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!IsAbsent(value))
            {
                return true;
            }
        }

        return false;
    }
}

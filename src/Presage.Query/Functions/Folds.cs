using Presage.Query.Evaluation;

namespace Presage.Query.Functions;

/// <summary>A sum with its compensation.</summary>
readonly record struct SumState(double Sum, double Rest);

readonly struct SumFold : IFold<SumState>
{
    public static SumState Of(double value) => new(value, 0);

    public static SumState Combine(in SumState left, in SumState right)
    {
        double sum = left.Sum, rest = left.Rest + right.Rest;
        Kahan.Add(right.Sum, ref sum, ref rest);
        return new SumState(sum, rest);
    }

    public static double Result(in SumState state) => state.Sum + state.Rest;
}

readonly record struct MeanState(double Sum, double Rest, int Count);

readonly struct MeanFold : IFold<MeanState>
{
    public static MeanState Of(double value) => new(value, 0, 1);

    public static MeanState Combine(in MeanState left, in MeanState right)
    {
        double sum = left.Sum, rest = left.Rest + right.Rest;
        Kahan.Add(right.Sum, ref sum, ref rest);
        return new MeanState(sum, rest, left.Count + right.Count);
    }

    public static double Result(in MeanState state) => (state.Sum / state.Count) + (state.Rest / state.Count);
}

readonly struct LeastFold : IFold<double>
{
    public static double Of(double value) => value;

    public static double Combine(in double left, in double right) => right < left || double.IsNaN(left) ? right : left;

    public static double Result(in double state) => state;
}

readonly struct GreatestFold : IFold<double>
{
    public static double Of(double value) => value;

    public static double Combine(in double left, in double right) => right > left || double.IsNaN(left) ? right : left;

    public static double Result(in double state) => state;
}

/// <summary>Count, mean and sum of squared deviations, combined as in Chan, Golub and LeVeque (1979).</summary>
readonly record struct SpreadState(double Count, double Mean, double Squares);

readonly struct VarianceFold : IFold<SpreadState>
{
    public static SpreadState Of(double value) => new(1, value, 0);

    public static SpreadState Combine(in SpreadState left, in SpreadState right)
    {
        double count = left.Count + right.Count, delta = right.Mean - left.Mean;
        double mean = left.Mean + (delta * right.Count / count);
        return new SpreadState(
            count, mean, left.Squares + right.Squares + (delta * delta * left.Count * right.Count / count));
    }

    public static double Result(in SpreadState state) => state.Squares / state.Count;
}

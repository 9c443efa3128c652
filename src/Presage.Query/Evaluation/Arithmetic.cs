// Hot path: one check for absence and one operation per step, inlined per operator.
using System.Diagnostics;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>
/// Binary operators over columns. A comparison keeps the left value (or the right one), or gives 1 and 0.
/// </summary>
static class Arithmetic
{
    interface IOperation
    {
        static abstract double Apply(double left, double right);
    }

    interface IComparison
    {
        static abstract bool Holds(double left, double right);
    }

    /// <summary>Applies an operator step by step; the result may be one of the operands' columns.</summary>
    public static void Apply(
        BinaryOperator op,
        ReadOnlySpan<double> left,
        ReadOnlySpan<double> right,
        Span<double> result,
        bool returnBool,
        bool keepRight)
    {
        switch (op)
        {
            case BinaryOperator.Add: Compute<Add>(left, right, result); break;
            case BinaryOperator.Subtract: Compute<Subtract>(left, right, result); break;
            case BinaryOperator.Multiply: Compute<Multiply>(left, right, result); break;
            case BinaryOperator.Divide: Compute<Divide>(left, right, result); break;
            case BinaryOperator.Modulo: Compute<Modulo>(left, right, result); break;
            case BinaryOperator.Atan2: Compute<Atan2>(left, right, result); break;
            case BinaryOperator.Power: Compute<Power>(left, right, result); break;
            case BinaryOperator.Equal: Compare<Equal>(left, right, result, returnBool, keepRight); break;
            case BinaryOperator.NotEqual: Compare<NotEqual>(left, right, result, returnBool, keepRight); break;
            case BinaryOperator.Less: Compare<Less>(left, right, result, returnBool, keepRight); break;
            case BinaryOperator.LessOrEqual: Compare<LessOrEqual>(left, right, result, returnBool, keepRight); break;
            case BinaryOperator.Greater: Compare<Greater>(left, right, result, returnBool, keepRight); break;
            case BinaryOperator.GreaterOrEqual: Compare<GreaterOrEqual>(left, right, result, returnBool,
                keepRight); break;
            default: throw new UnreachableException();
        }
    }

    static void Compute<T>(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> result)
        where T : struct, IOperation
    {
        for (int i = 0; i < result.Length; i++)
        {
            double a = left[i], b = right[i];
            result[i] = Point.IsAbsent(a) || Point.IsAbsent(b) ? Point.Absent : T.Apply(a, b);
        }
    }

    static void Compare<T>(
        ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> result, bool returnBool, bool keepRight)
        where T : struct, IComparison
    {
        for (int i = 0; i < result.Length; i++)
        {
            double a = left[i], b = right[i];
            if (Point.IsAbsent(a) || Point.IsAbsent(b))
            {
                result[i] = Point.Absent;
                continue;
            }

            bool holds = T.Holds(a, b);
            result[i] = returnBool ? (holds ? 1 : 0) : !holds ? Point.Absent : keepRight ? b : a;
        }
    }

    readonly struct Add : IOperation
    {
        public static double Apply(double left, double right) => left + right;
    }

    readonly struct Subtract : IOperation
    {
        public static double Apply(double left, double right) => left - right;
    }

    readonly struct Multiply : IOperation
    {
        public static double Apply(double left, double right) => left * right;
    }

    readonly struct Divide : IOperation
    {
        public static double Apply(double left, double right) => left / right;
    }

    readonly struct Modulo : IOperation
    {
        public static double Apply(double left, double right) => left % right;
    }

    readonly struct Atan2 : IOperation
    {
        public static double Apply(double left, double right) => Math.Atan2(left, right);
    }

    readonly struct Power : IOperation
    {
        public static double Apply(double left, double right) => Math.Pow(left, right);
    }

    readonly struct Equal : IComparison
    {
        public static bool Holds(double left, double right) => left == right;
    }

    readonly struct NotEqual : IComparison
    {
        public static bool Holds(double left, double right) => left != right;
    }

    readonly struct Less : IComparison
    {
        public static bool Holds(double left, double right) => left < right;
    }

    readonly struct LessOrEqual : IComparison
    {
        public static bool Holds(double left, double right) => left <= right;
    }

    readonly struct Greater : IComparison
    {
        public static bool Holds(double left, double right) => left > right;
    }

    readonly struct GreaterOrEqual : IComparison
    {
        public static bool Holds(double left, double right) => left >= right;
    }
}

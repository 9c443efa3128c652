namespace Presage.Query.Functions;

/// <summary>Functions of one value, and of a value and one or two scalars.</summary>
static class MathFunctions
{
    public static Func<double, double, double, double>? Find(string name)
    {
        if (CalendarFunctions.Find(name) is { } calendar)
        {
            return (v, _, _) => calendar(v);
        }

        return name switch
        {
            "abs" => static (v, _, _) => Math.Abs(v),
            "acos" => static (v, _, _) => Math.Acos(v),
            "acosh" => static (v, _, _) => Math.Acosh(v),
            "asin" => static (v, _, _) => Math.Asin(v),
            "asinh" => static (v, _, _) => Math.Asinh(v),
            "atan" => static (v, _, _) => Math.Atan(v),
            "atanh" => static (v, _, _) => Math.Atanh(v),
            "ceil" => static (v, _, _) => Math.Ceiling(v),
            "cos" => static (v, _, _) => Math.Cos(v),
            "cosh" => static (v, _, _) => Math.Cosh(v),
            "deg" => static (v, _, _) => v * 180 / Math.PI,
            "exp" => static (v, _, _) => Math.Exp(v),
            "floor" => static (v, _, _) => Math.Floor(v),
            "ln" => static (v, _, _) => Math.Log(v),
            "log10" => static (v, _, _) => Math.Log10(v),
            "log2" => static (v, _, _) => Math.Log2(v),
            "rad" => static (v, _, _) => v * Math.PI / 180,
            "sgn" => static (v, _, _) => v < 0 ? -1 : v > 0 ? 1 : v,
            "sin" => static (v, _, _) => Math.Sin(v),
            "sinh" => static (v, _, _) => Math.Sinh(v),
            "sqrt" => static (v, _, _) => Math.Sqrt(v),
            "tan" => static (v, _, _) => Math.Tan(v),
            "tanh" => static (v, _, _) => Math.Tanh(v),
            "clamp_max" => static (v, most, _) => Least(most, v),
            "clamp_min" => static (v, least, _) => Greatest(least, v),
            "clamp" => static (v, least, most) =>
                most < least ? Evaluation.Point.Absent : Greatest(least, Least(most, v)),
            "round" => static (v, nearest, _) => Round(v, nearest),
            _ => null,
        };
    }

    /// <summary>The smaller number, as Go sees it: below -Inf there is nothing, not even NaN.</summary>
    public static double Least(double a, double b) =>
        double.IsNegativeInfinity(a) || double.IsNegativeInfinity(b) ? double.NegativeInfinity : Math.Min(a, b);

    /// <summary>The greater number, as Go sees it: above +Inf there is nothing, not even NaN.</summary>
    public static double Greatest(double a, double b) =>
        double.IsPositiveInfinity(a) || double.IsPositiveInfinity(b) ? double.PositiveInfinity : Math.Max(a, b);

    /// <summary>
    /// Rounds half up to a multiple. The multiple is inverted first: rounding to 0.1 by multiplying with 10 is exact
    /// where
    /// dividing by 0.1 is not.
    /// </summary>
    static double Round(double value, double nearest)
    {
        double inverse = 1 / nearest;
        return Math.Floor((value * inverse) + 0.5) / inverse;
    }
}

namespace Presage.Alerting.Rules;

/// <summary>What a <see cref="Comparison"/> means and how it is written.</summary>
public static class Comparisons
{
    /// <summary>Whether the value is on the bad side of the bound. NaN never is.</summary>
    public static bool Holds(this Comparison comparison, double value, double bound) => comparison switch
    {
        Comparison.Above => value > bound,
        Comparison.AtLeast => value >= bound,
        Comparison.Below => value < bound,
        _ => value <= bound,
    };

    /// <summary><c>&gt;</c>, <c>&gt;=</c>, <c>&lt;</c> or <c>&lt;=</c>.</summary>
    public static string Sign(this Comparison comparison) => comparison switch
    {
        Comparison.Above => ">",
        Comparison.AtLeast => ">=",
        Comparison.Below => "<",
        _ => "<=",
    };

    /// <summary>Reads a sign; false when it is none of the four.</summary>
    public static bool TryParse(string sign, out Comparison comparison)
    {
        Comparison? found = sign switch
        {
            ">" => Comparison.Above,
            ">=" => Comparison.AtLeast,
            "<" => Comparison.Below,
            "<=" => Comparison.AtMost,
            _ => null,
        };
        comparison = found ?? Comparison.Above;
        return found is not null;
    }
}

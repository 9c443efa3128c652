namespace Presage.Detection;

/// <summary>
/// Where a metric usually lies and how far it usually strays: median and a spread that the widest of three quantiles of
/// the distance sets, so that neither bursts nor quiet make it small. Divided by it, metrics of any unit compare.
/// </summary>
readonly record struct RobustScale(double Centre, double Spread)
{
    /// <summary>Values beyond are taken as this: their distances are still numbers.</summary>
    const double ValueMax = 1e100;

    /// <summary>A range below this share of the value itself is taken as that: what rates are rounded to is no life.
    /// </summary>
    public const double RangeShareMin = 0.005;

    /// <summary>The share of the range that a spread has at least.</summary>
    const double RangeShare = 0.005;

    /// <summary>The least spread of a column around its centre.</summary>
    public double SpreadMin => RangeShare * RangeShareMin * Math.Abs(Centre);

    /// <summary>
    /// The scale of a column (NaN: missing, left out). A column that never moved gets a spread of a tenth of its value:
    /// its first life is strong evidence whatever the unit is.
    /// </summary>
    /// <param name="spreadMin">A spread that a column which moves has at least.</param>
    public static RobustScale Of(
        ReadOnlySpan<double> column, double[] scratch, double constantSpreadMin, double spreadMin = 0)
    {
        int n = 0;
        foreach (double value in column)
        {
            if (double.IsFinite(value))
            {
                scratch[n++] = Math.Clamp(value, -ValueMax, ValueMax);
            }
        }

        if (n == 0)
        {
            return new RobustScale(0, Math.Max(constantSpreadMin, 1e-9));
        }

        var present = scratch.AsSpan(0, n);
        present.Sort();
        double centre = Quantiles.OfSorted(present, 0.5);
        double range = present[^1] - present[0];
        if (range <= 0)
        {
            return new RobustScale(centre, Math.Max(0.1 * Math.Abs(centre), constantSpreadMin));
        }

        for (int i = 0; i < n; i++)
        {
            present[i] = Math.Abs(present[i] - centre);
        }

        present.Sort();

        // 1.48, 1.64 and 2.58 make each quantile the standard deviation of a normal distribution.
        double spread = Math.Max(
            1.48 * Quantiles.OfSorted(present, 0.5),
            Math.Max(Quantiles.OfSorted(present, 0.9) / 1.64, Quantiles.OfSorted(present, 0.99) / 2.58));

        // One wild value in a history must not widen the range until nothing is odd any more.
        double rare = Quantiles.OfSorted(present, 0.99);
        range = rare > 0 ? Math.Min(range, 1_000 * rare) : range;
        range = Math.Max(range, RangeShareMin * Math.Abs(centre));
        return new RobustScale(centre, Math.Max(spreadMin, spread + (RangeShare * range)));
    }
}

namespace Presage.Query.Functions;

/// <summary>Quantiles of plain values, interpolated linearly, NaN ranking lowest.</summary>
static class Quantiles
{
    /// <summary>The quantile; sorts the values in place.</summary>
    public static double Of(double quantile, Span<double> values)
    {
        // The default order of doubles puts NaN first, as Prometheus does.
        values.Sort();
        return OfSorted(quantile, values);
    }

    /// <summary>The quantile of values that are sorted already.</summary>
    public static double OfSorted(double quantile, ReadOnlySpan<double> values)
    {
        if (values.IsEmpty || double.IsNaN(quantile))
        {
            return double.NaN;
        }

        if (quantile is < 0 or > 1)
        {
            return quantile < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        double rank = quantile * (values.Length - 1);
        int lower = Math.Max(0, (int)Math.Floor(rank));
        int upper = Math.Min(values.Length - 1, lower + 1);
        double weight = rank - Math.Floor(rank);
        return (values[lower] * (1 - weight)) + (values[upper] * weight);
    }
}

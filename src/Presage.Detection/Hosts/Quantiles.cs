namespace Presage.Detection;

/// <summary>Exact quantiles of a column of numbers, between two of them linearly.</summary>
static class Quantiles
{
    /// <summary>The quantile <paramref name="share"/> (0 to 1) of sorted, finite numbers; 0 of none.</summary>
    public static double OfSorted(ReadOnlySpan<double> sorted, double share)
    {
        if (sorted.IsEmpty)
        {
            return 0;
        }

        double at = share * (sorted.Length - 1);
        int below = (int)at;
        double low = sorted[below];
        return below + 1 < sorted.Length ? low + ((at - below) * (sorted[below + 1] - low)) : low;
    }

    /// <summary>The quantile of numbers in any order; they are sorted in place.</summary>
    public static double Of(Span<double> numbers, double share)
    {
        numbers.Sort();
        return OfSorted(numbers, share);
    }
}

namespace Presage.Detection;

/// <summary>
/// What the probabilities of a comparison are worth on the user's own data: how often did earlier windows, in which
/// nothing is known to have happened, look at least this changed? A test by formula believes in values that do not
/// follow each other; series of machines do, each in a way of its own.
/// </summary>
public sealed class ChanceScale
{
    /// <summary>Fewer earlier windows than this do not tell how often chance does it.</summary>
    public const int WindowsMin = 100;

    /// <summary>Beyond the oddest earlier window, probability falls with this power of the computed one.</summary>
    const double Tail = 0.5;

    readonly double[] _sorted;

    /// <param name="earlier">What the comparison said of each earlier window; 1 where it saw nothing.</param>
    public ChanceScale(IEnumerable<double> earlier)
    {
        _sorted = [.. earlier];
        Array.Sort(_sorted);
    }

    /// <summary>Earlier windows looked at.</summary>
    public int Windows => _sorted.Length;

    /// <summary>Whether there were enough of them.</summary>
    public bool IsKnown => Windows >= WindowsMin;

    /// <summary>The share of earlier windows that looked at least this changed; null where too few are known.</summary>
    /// <param name="probability">What the comparison says.</param>
    public double? Of(double probability)
    {
        if (!IsKnown)
        {
            return null;
        }

        int asOdd = NotAbove(probability);
        if (asOdd > 0)
        {
            return (asOdd + 1.0) / (Windows + 1);
        }

        double beyond = Math.Max(probability, 1e-300) / Math.Max(_sorted[0], 1e-300);
        return Math.Pow(beyond, Tail) / (Windows + 1);
    }

    int NotAbove(double probability)
    {
        int low = 0, high = _sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            (low, high) = _sorted[middle] <= probability ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}

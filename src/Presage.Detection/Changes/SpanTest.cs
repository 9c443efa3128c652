namespace Presage.Detection;

/// <summary>
/// Compares the values of a window's spans with those of its baseline by ranks (Mann-Whitney), for the whole window
/// and for its thirds, with as many independent values as the baseline's own memory leaves (its correlation from
/// span to span). Reused; allocates nothing.
/// </summary>
sealed class SpanTest
{
    /// <summary>Distances below this share of the value matter to nobody.</summary>
    const double FloorShare = 0.02;

    const double MadToSigma = 1.4826;

    /// <summary>The parts of a window that are looked at: all of it, thirds and two thirds, in sixths.</summary>
    static readonly (int From, int To)[] Parts = [(0, 6), (0, 2), (2, 4), (4, 6), (0, 4), (2, 6)];

    readonly double[] _sorted = new double[SpanFigures.SpansMax];
    readonly double[] _scratch = new double[SpanFigures.SpansMax];
    readonly double[] _above = new double[ComparedWindow.Spans];

    /// <summary>The baseline's median.</summary>
    public double Middle { get; private set; }

    /// <summary>The baseline's spread.</summary>
    public double Scale { get; private set; }

    /// <summary>The least distance from a value that counts.</summary>
    public static double FloorOf(double value) => FloorShare * Math.Abs(value);

    public SpanShift Of(ReadOnlySpan<double> baseline, ReadOnlySpan<double> window)
    {
        int count = baseline.Length;
        var sorted = _sorted.AsSpan(0, count);
        baseline.CopyTo(sorted);
        sorted.Sort();
        Middle = Median(sorted);
        Scale = Spread(sorted);
        double independent = Independent(baseline);

        // For each span of the window the share of the baseline that lies below it, ties half.
        for (int i = 0; i < window.Length; i++)
        {
            _above[i] = (Below(sorted, window[i]) + NotAbove(sorted, window[i])) / 2.0;
        }

        double best = 0;
        int from = 0, to = window.Length;
        foreach (var (first, last) in Parts)
        {
            int start = first * window.Length / 6, end = last * window.Length / 6;
            if (end - start < 2)
            {
                continue;
            }

            double sum = 0;
            for (int i = start; i < end; i++)
            {
                sum += _above[i];
            }

            double m = end - start, expected = m * count / 2, spread = Math.Sqrt(m * count * (m + count + 1) / 12);
            double z = Math.Abs(sum - expected) / spread;
            if (z > best * 1.05)
            {
                (best, from, to) = (z, start, end);
            }
        }

        var part = _scratch.AsSpan(0, to - from);
        window[from..to].CopyTo(part);
        part.Sort();
        double after = Median(part);
        double distance = Math.Abs(after - Middle);
        double unit = Math.Max(Scale, FloorOf(Middle));

        // Out of nothing: how far is far cannot be known.
        double effect = unit > 0 ? distance / unit : distance > 0 ? 10 : 0;
        double probability = effect < 1 ? 1 : Parts.Length * TwoSided(best * Math.Sqrt(independent));
        return new SpanShift(Math.Min(1, probability), effect, Middle, after, from);
    }

    /// <summary>
    /// The share of the spans that are independent of each other, from the correlation of neighbours, whose estimate
    /// is too low in few values.
    /// </summary>
    double Independent(ReadOnlySpan<double> values)
    {
        double limit = 3 * Scale, before = 0, products = 0, squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double value = limit > 0 ? Math.Clamp((values[i] - Middle) / limit, -1, 1) : 0;
            products += i == 0 ? 0 : before * value;
            squares += value * value;
            before = value;
        }

        if (!(squares > 0))
        {
            return 1;
        }

        double correlation = products / squares;
        correlation = Math.Clamp(correlation + ((1 + (3 * correlation)) / values.Length), 0, 0.95);
        return (1 - correlation) / (1 + correlation);
    }

    double Spread(ReadOnlySpan<double> sorted)
    {
        var distances = _scratch.AsSpan(0, sorted.Length);
        for (int i = 0; i < sorted.Length; i++)
        {
            distances[i] = Math.Abs(sorted[i] - Middle);
        }

        distances.Sort();
        double spread = MadToSigma * Median(distances);

        // Mostly constant with a few strays: their mean distance is a spread, too.
        return spread > 0 ? spread : Mean(distances);
    }

    static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value / values.Length;
        }

        return sum;
    }

    static double Median(ReadOnlySpan<double> sorted) =>
        (sorted[(sorted.Length - 1) / 2] / 2) + (sorted[sorted.Length / 2] / 2);

    static int Below(ReadOnlySpan<double> sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (sorted[middle] < value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    static int NotAbove(ReadOnlySpan<double> sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (sorted[middle] <= value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The probability of a normal value at least this far from its mean: an upper bound beyond 1.</summary>
    static double TwoSided(double z) =>
        z < 0.5 ? 1 : Math.Min(1, 2 * Math.Exp(-z * z / 2) / (z * Math.Sqrt(2 * Math.PI)));
}

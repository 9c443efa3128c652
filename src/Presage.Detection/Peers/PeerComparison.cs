namespace Presage.Detection;

/// <summary>How one of several like hosts lies to the others.</summary>
/// <param name="Farness">
/// Its distance from the middle of the others, in units of the distance that nine in ten of them keep.
/// </param>
/// <param name="Lower">Lower end of where nine in ten of the others lie.</param>
/// <param name="Upper">Upper end of it.</param>
public readonly record struct PeerReading(double Farness, double Lower, double Upper);

/// <summary>
/// Compares one figure of like hosts: how far is each from the middle of the others, against how far nine in ten of
/// those are, or what matters at all? Throughput, latency and counts are compared by ratio.
/// </summary>
public static class PeerComparison
{
    /// <summary>Fewer hosts than this have nothing to say about each other.</summary>
    public const int HostsMin = 5;

    const double OuterShare = 0.1;
    const int LargeMin = 100;

    /// <summary>A reading for each host; all quiet where there are too few.</summary>
    /// <param name="values">One finite value a host.</param>
    /// <param name="settings">What differences of the signal matter, and how it is scaled.</param>
    /// <param name="known">Of each host the farness that is known of it and no news; empty where nothing is.</param>
    public static PeerReading[] Of(
        ReadOnlySpan<double> values, DetectorSettings settings, ReadOnlySpan<double> known = default)
    {
        var readings = new PeerReading[values.Length];
        if (values.Length < HostsMin)
        {
            Array.Fill(readings, new PeerReading(0, double.NaN, double.NaN));
            return readings;
        }

        var scale = new SignalScale(settings);
        double[] scaled = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            scaled[i] = scale.ToScale(values[i]);
        }

        double[] sorted = [.. scaled];
        Array.Sort(sorted);
        double floor = FloorAt(scale, settings, At(sorted, 0.5));

        // In a large group one more or less moves nothing: the others are all.
        bool isLarge = values.Length > LargeMin;
        double[] others = isLarge ? sorted : new double[sorted.Length - 1], distances = new double[others.Length];
        var spread = isLarge ? SpreadOf(others, distances) : default;
        for (int i = 0; i < values.Length; i++)
        {
            if (!isLarge)
            {
                Without(sorted, scaled[i], others);
                spread = SpreadOf(others, distances);
            }

            double farness = Math.Abs(scaled[i] - spread.Middle) / Math.Max(spread.Usual, floor);
            var (lower, upper) = (At(others, OuterShare / 2), At(others, 1 - (OuterShare / 2)));
            farness = known.Length == 0 ? farness : farness / Math.Max(1, known[i]);
            readings[i] = new PeerReading(farness, scale.ToValue(lower), scale.ToValue(upper));
        }

        return readings;
    }

    /// <summary>The others: without the one looked at.</summary>
    static void Without(double[] sorted, double value, double[] others)
    {
        int own = Array.BinarySearch(sorted, value);
        Array.Copy(sorted, others, own);
        Array.Copy(sorted, own + 1, others, own, others.Length - own);
    }

    static (double Middle, double Usual) SpreadOf(double[] sorted, double[] distances)
    {
        double middle = At(sorted, 0.5);
        for (int i = 0; i < sorted.Length; i++)
        {
            distances[i] = Math.Abs(sorted[i] - middle);
        }

        Array.Sort(distances);
        return (middle, At(distances, 1 - OuterShare));
    }

    /// <summary>The least difference that matters, on the scale: to the side where it is not cut off.</summary>
    static double FloorAt(SignalScale scale, DetectorSettings settings, double scaled)
    {
        double value = scale.ToValue(scaled);
        double least = Math.Max(settings.Floor, settings.RelativeFloor * Math.Abs(value));
        return Math.Max(scale.ToScale(value + least) - scaled, scaled - scale.ToScale(value - least));
    }

    static double At(double[] sorted, double share) =>
        sorted[Math.Clamp((int)Math.Round(share * (sorted.Length - 1)), 0, sorted.Length - 1)];
}

namespace Presage.Detection;

/// <summary>How one of several like hosts lies to the others.</summary>
/// <param name="Probability">Of chance to lie at least this far out.</param>
/// <param name="Lower">Lower end of where nine in ten of the others lie.</param>
/// <param name="Upper">Upper end of it.</param>
public readonly record struct PeerReading(double Probability, double Lower, double Upper);

/// <summary>
/// Compares one figure of like hosts: how far is each from the middle of all, against how far the others are? Beyond
/// the outermost tenth of them probability falls with the square of the distance, so that a fleet that is spread by
/// nature stays quiet.
/// </summary>
public static class PeerComparison
{
    /// <summary>Fewer hosts than this have nothing to say about each other.</summary>
    public const int HostsMin = 5;

    const double OuterShare = 0.1;
    const double Tail = 2;

    /// <summary>A reading for each host; all quiet where there are too few.</summary>
    /// <param name="values">One finite value a host.</param>
    /// <param name="floor">Distances below this matter to nobody.</param>
    public static PeerReading[] Of(ReadOnlySpan<double> values, double floor)
    {
        var readings = new PeerReading[values.Length];
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        for (int i = 0; i < values.Length; i++)
        {
            readings[i] = values.Length < HostsMin
                ? new PeerReading(1, double.NaN, double.NaN)
                : Read(sorted, values[i], floor);
        }

        return readings;
    }

    static PeerReading Read(double[] sorted, double value, double floor)
    {
        // The others: without the one looked at.
        double[] others = new double[sorted.Length - 1];
        int own = Array.BinarySearch(sorted, value);
        for (int i = 0, to = 0; i < sorted.Length; i++)
        {
            if (i != own)
            {
                others[to++] = sorted[i];
            }
        }

        double middle = At(others, 0.5), share = Math.Max(OuterShare, 1.0 / sorted.Length);
        double[] distances = Array.ConvertAll(others, other => Math.Abs(other - middle));
        Array.Sort(distances);
        double usual = Math.Max(At(distances, 1 - OuterShare), floor), distance = Math.Abs(value - middle);
        double probability = distance <= usual ? 1 : share * Math.Pow(usual / distance, Tail);
        return new PeerReading(probability, At(others, OuterShare / 2), At(others, 1 - (OuterShare / 2)));
    }

    static double At(double[] sorted, double share) =>
        sorted[Math.Clamp((int)Math.Round(share * (sorted.Length - 1)), 0, sorted.Length - 1)];
}

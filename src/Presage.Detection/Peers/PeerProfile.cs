namespace Presage.Detection;

/// <summary>
/// What a host usually does: the usual range of each of several signals, on the scale on which they are compared (see
/// <see cref="End"/>). NaN where it does not report one.
/// </summary>
/// <param name="Lower">Lower ends, one a signal.</param>
/// <param name="Upper">Upper ends.</param>
public sealed record PeerProfile(double[] Lower, double[] Upper)
{
    /// <summary>
    /// What ranges may lie apart and still be called the same, in what matters at least (the signal's floor): of
    /// ratios that many floors, of throughput and counts a factor of e to that power.
    /// </summary>
    const double Slack = 1;

    /// <summary>The end of a range on the scale.</summary>
    public static double End(DetectorSettings settings, double value) => new SignalScale(settings).ToScale(value);

    /// <summary>The share of signals, of those either reports, in which the usual ranges meet; 0 without any.</summary>
    public static double Likeness(PeerProfile a, PeerProfile b)
    {
        int signals = 0, alike = 0;
        for (int i = 0; i < a.Lower.Length; i++)
        {
            bool isOfA = !double.IsNaN(a.Lower[i]), isOfB = !double.IsNaN(b.Lower[i]);
            if (isOfA || isOfB)
            {
                signals++;
                alike += isOfA && isOfB && a.Lower[i] <= b.Upper[i] + Slack && b.Lower[i] <= a.Upper[i] + Slack ? 1 : 0;
            }
        }

        return signals == 0 ? 0 : alike / (double)signals;
    }

    /// <summary>
    /// The middle of several: signal by signal the median of those that report it, if half of them do.
    /// </summary>
    public static PeerProfile Middle(IReadOnlyList<PeerProfile> members)
    {
        int signals = members[0].Lower.Length;
        var middle = new PeerProfile(new double[signals], new double[signals]);
        var lower = new List<double>(members.Count);
        var upper = new List<double>(members.Count);
        for (int i = 0; i < signals; i++)
        {
            lower.Clear();
            upper.Clear();
            foreach (var member in members)
            {
                if (!double.IsNaN(member.Lower[i]))
                {
                    lower.Add(member.Lower[i]);
                    upper.Add(member.Upper[i]);
                }
            }

            bool isOfHalf = 2 * lower.Count >= members.Count;
            lower.Sort();
            upper.Sort();
            middle.Lower[i] = isOfHalf ? lower[lower.Count / 2] : double.NaN;
            middle.Upper[i] = isOfHalf ? upper[upper.Count / 2] : double.NaN;
        }

        return middle;
    }
}

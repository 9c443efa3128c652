namespace Presage.Detection;

/// <summary>
/// How rare it is that a host lies this far from its twins in one vital sign: counted over all like hosts of the fleet,
/// so that a fleet that is spread or bursty by nature stays quiet and one that moves in step is judged strictly. Until
/// there is much to count it leans on a prior: a tenth beyond the distance that nine in ten keep, falling with a power.
/// </summary>
public sealed class PeerRarity
{
    /// <summary>Numbers in a saved state.</summary>
    public const int Bins = 40;

    /// <summary>Bins of farness, a quarter of an octave each, from <see cref="Least"/> on.</summary>
    const double BinsPerOctave = 4;
    const double Least = 0.5;

    /// <summary>What is known before anything was seen counts as much as this many looks.</summary>
    const double PriorLooks = 100;
    const double PriorShare = 0.1;
    const double PriorTail = 5;

    /// <summary>Beyond the farthest this many looks went, rarity grows with this power of the distance.</summary>
    const double FarLooks = 3;
    const double FarTail = 3;

    const double HalfLifeSeconds = 14 * 86_400;

    readonly double[] _looks = new double[Bins];

    /// <summary>Looks counted, those long ago less.</summary>
    public double Looks { get; private set; }

    /// <summary>What was counted, to be saved.</summary>
    public ReadOnlySpan<double> Counts => _looks;

    /// <summary>Takes up what was saved; false when it makes no sense.</summary>
    public bool Resume(ReadOnlySpan<double> counts)
    {
        foreach (double count in counts)
        {
            if (!(count is >= 0 and < 1e12))
            {
                return false;
            }
        }

        counts.CopyTo(_looks);
        Looks = _looks.Sum();
        return counts.Length == Bins;
    }

    /// <summary>Counts a look at a host on which nothing is wrong.</summary>
    /// <param name="weight">Less than 1 where looks follow each other so closely that they are not news.</param>
    public void Learn(double farness, double weight)
    {
        _looks[BinOf(farness)] += weight;
        Looks += weight;
    }

    /// <summary>Time passes: what was seen counts less.</summary>
    public void Forget(double seconds)
    {
        double kept = double.Exp2(-seconds / HalfLifeSeconds);
        Looks = 0;
        for (int i = 0; i < Bins; i++)
        {
            _looks[i] *= kept;
            Looks += _looks[i];
        }
    }

    /// <summary>The share of looks at hosts on which nothing is wrong that are at least this far out.</summary>
    public double Probability(double farness)
    {
        double prior = farness <= 1 ? 1 : PriorShare * Math.Pow(farness, -PriorTail);
        return Math.Clamp(((PriorLooks * prior) + (Looks * Seen(farness))) / (PriorLooks + Looks), 1e-9, 1);
    }

    /// <summary>The share by what was counted alone.</summary>
    double Seen(double farness)
    {
        if (Looks == 0)
        {
            return 0;
        }

        // From the farthest inwards: the last edge beyond which enough was seen to count on.
        double beyond = 0;
        int bin = Bins;
        while (bin > 1 && beyond < FarLooks)
        {
            beyond += _looks[--bin];
        }

        // Where nobody strays at all, as if that many had strayed to the first edge.
        beyond = Math.Min(Looks, Math.Max(beyond, FarLooks));

        double edge = EdgeOf(bin);
        if (farness >= edge)
        {
            return beyond / Looks * Math.Pow(Math.Max(1, farness / edge), -FarTail);
        }

        for (int own = BinOf(farness); bin > own;)
        {
            beyond += _looks[--bin];
        }

        return Math.Min(1, beyond / Looks);
    }

    static int BinOf(double farness) => farness <= Least || !double.IsFinite(farness)
        ? 0
        : Math.Clamp(1 + (int)(BinsPerOctave * Math.Log2(farness / Least)), 1, Bins - 1);

    /// <summary>Where a bin begins.</summary>
    static double EdgeOf(int bin) => bin == 0 ? 0 : Least * double.Exp2((bin - 1) / BinsPerOctave);
}

// Hot path: Learn and Probability run once per view and sample; budget 30 ns each, no allocation.
namespace Presage.Detection;

/// <summary>
/// How far normal values stray from their expected value, per side: histograms over half-octave bins that forget with a
/// half-life of a week, and the farthest stray. From these come the usual range (quantiles) and the probability of a
/// stray: empirical up to the farthest one seen, a power law beyond it, whose exponent is measured between the outer
/// quantile and the farthest stray and leans on a prior while there is little history. So short histories cannot give
/// small probabilities, and heavy tails are believed.
///
/// Values are learned with a delay: they collect in a pending histogram that joins the main one when its block of time
/// ends (a sixth of the history, 5 min to 1 h). Without the delay a slow ramp would teach each step before the next
/// arrives and never look odd. When the block turns out to belong to an anomaly it is dropped.
/// </summary>
sealed class ResidualTails(double lookSeconds, double priorExponent)
{
    /// <summary>16 octaves: from 1/32 of the practical floor to 2,048 floors.</summary>
    const int Bins = 32;

    const double LowestEdge = 1.0 / 32;
    const double HalfLifeSeconds = 7 * 86_400;
    const double FarthestHalfLifeSeconds = 28 * 86_400;
    const double BlockSecondsMin = 60;
    const double BlockSecondsMax = 3_600;

    /// <summary>
    /// The farthest stray is taken as at least this (in practical floors): a flat line has not shown its noise yet.
    /// </summary>
    const double FarthestMin = 0.25;

    /// <summary>
    /// What is added to it at first, and how fast that goes: in its first minutes a signal has shown nothing of what
    /// its host does now and then.
    /// </summary>
    const double FarthestAtFirst = 0.5;
    const double AtFirstSeconds = 3_600;

    /// <summary>The looks that the prior exponent of the tail weighs.</summary>
    const double PriorLooks = 1_000;

    /// <summary>What <see cref="Fade"/> leaves of all looks, three weeks' worth, and of the farthest strays.</summary>
    const float FadeTo = 0.125f;
    const float FadeFarthestTo = 0.7f;

    BinCounts _main;
    BinCounts _pending;
    double _mainLooks;
    double _learnedSeconds;
    float _pendingLooks;
    float _pendingSeconds;
    float _farthestAbove;
    float _farthestBelow;
    float _pendingAbove;
    float _pendingBelow;
    double _farthestMin = FarthestMin + FarthestAtFirst;

    /// <summary>
    /// Distances of the ends of the usual range from the expected value; valid after the first merge.
    /// </summary>
    public float UsualAbove { get; private set; }

    /// <inheritdoc cref="UsualAbove"/>
    public float UsualBelow { get; private set; }

    /// <summary>Whether less than the data of a usual range is known: nothing can be said yet.</summary>
    public bool IsEmpty =>
        _learnedSeconds < VitalDetector.RangeSeconds - VitalDetector.WarmUpSeconds - BlockSecondsMin;

    /// <summary>Adds a residual that stood for some time.</summary>
    public void Learn(double residual, double seconds)
    {
        double looks = Math.Min(1, seconds / lookSeconds);
        bool above = residual > 0;
        float distance = (float)Math.Abs(residual);
        _pending.Of(above, BinOf(distance)) += (float)looks;
        _pendingLooks += (float)looks;
        _pendingSeconds += (float)seconds;
        if (above)
        {
            _pendingAbove = Math.Max(_pendingAbove, distance);
        }
        else
        {
            _pendingBelow = Math.Max(_pendingBelow, distance);
        }

        if (_pendingSeconds >= Math.Clamp(_learnedSeconds / 6, BlockSecondsMin, BlockSecondsMax))
        {
            Merge();
        }
    }

    /// <summary>Forgets what is pending.</summary>
    public void DropPending()
    {
        _pending.Clear();
        _pendingLooks = _pendingSeconds = _pendingAbove = _pendingBelow = 0;
    }

    /// <summary>Accepts a stray of an anomaly that has come back often enough to be called usual.</summary>
    public void Accept(double residual, double seconds)
    {
        double looks = Math.Max(1, seconds / lookSeconds);
        bool above = residual > 0;
        float distance = (float)Math.Abs(residual);
        _main.Of(above, BinOf(distance)) += (float)looks;
        _mainLooks += looks;
        if (above)
        {
            _farthestAbove = Math.Max(_farthestAbove, distance);
        }
        else
        {
            _farthestBelow = Math.Max(_farthestBelow, distance);
        }

        Measure();
    }

    /// <summary>
    /// What was learned counts for less: values are foretold better from now on, so that they will stray less.
    /// </summary>
    public void Fade()
    {
        _main.Merge(FadeTo, default);
        _mainLooks *= FadeTo;
        _farthestAbove *= FadeFarthestTo;
        _farthestBelow *= FadeFarthestTo;
        DropPending();
        Measure();
    }

    /// <summary>The probability that a normal look strays at least so far on this side.</summary>
    public double Probability(double residual)
    {
        bool above = residual > 0;
        double distance = Math.Abs(residual);
        double farthest = Math.Max(_farthestMin, above ? _farthestAbove : _farthestBelow);
        double least = 0.5 / (_mainLooks + 1);
        if (distance <= farthest)
        {
            return Math.Min(1, ((LooksBeyond(above, distance) + 0.5) / (_mainLooks + 1)));
        }

        return least * Math.Pow(distance / farthest, -Exponent(above, farthest));
    }

    public void Save(in StateWriter writer)
    {
        _main.Save(writer, Bins);
        _pending.Save(writer, Bins);
        writer.Double(_mainLooks);
        writer.Double(_pendingLooks);
        writer.Double(_pendingSeconds);
        writer.Double(_learnedSeconds);
        writer.Double(_farthestAbove);
        writer.Double(_farthestBelow);
        writer.Double(_pendingAbove);
        writer.Double(_pendingBelow);
    }

    public bool Restore(ref StateReader reader)
    {
        bool isSane = _main.Restore(ref reader, Bins) & _pending.Restore(ref reader, Bins);
        _mainLooks = reader.Double();
        _pendingLooks = (float)reader.Double();
        _pendingSeconds = (float)reader.Double();
        _learnedSeconds = reader.Double();
        _farthestAbove = (float)reader.Double();
        _farthestBelow = (float)reader.Double();
        _pendingAbove = (float)reader.Double();
        _pendingBelow = (float)reader.Double();
        Measure();
        return isSane && IsSane(_mainLooks) && IsSane(_pendingLooks) &&
            IsSane(_pendingSeconds) && IsSane(_learnedSeconds) && IsSane(_farthestAbove) && IsSane(_farthestBelow) &&
            IsSane(_pendingAbove) && IsSane(_pendingBelow);
    }

    void Merge()
    {
        double kept = double.Exp2(-_pendingSeconds / HalfLifeSeconds);
        _main.Merge((float)kept, _pending);

        float keptFarthest = (float)double.Exp2(-_pendingSeconds / FarthestHalfLifeSeconds);
        _mainLooks = (_mainLooks * kept) + _pendingLooks;
        _learnedSeconds += _pendingSeconds;
        _farthestAbove = Math.Max(_farthestAbove * keptFarthest, _pendingAbove);
        _farthestBelow = Math.Max(_farthestBelow * keptFarthest, _pendingBelow);
        DropPending();
        Measure();
    }

    void Measure()
    {
        const double OutsidePerSide = 0.005;
        UsualAbove = (float)Quantile(above: true, OutsidePerSide);
        UsualBelow = (float)Quantile(above: false, OutsidePerSide);
        _farthestMin = FarthestMin + (FarthestAtFirst * Math.Exp(-_learnedSeconds / AtFirstSeconds));
    }

    /// <summary>The distance that a share of all looks exceeds on this side.</summary>
    double Quantile(bool above, double share)
    {
        double wanted = share * _mainLooks, beyond = 0;
        double farthest = above ? _farthestAbove : _farthestBelow;
        for (int bin = _main.Bins - 1; bin >= 0; bin--)
        {
            double count = _main[above, bin];
            if (count > 0 && beyond + count >= wanted)
            {
                double fraction = (wanted - beyond) / count;
                double upper = Math.Min(UpperEdge(bin), farthest), lower = LowerEdge(bin);
                return Math.Max(lower, upper - (fraction * (upper - lower)));
            }

            beyond += count;
        }

        return 0;
    }

    double LooksBeyond(bool above, double distance)
    {
        int own = BinOf(distance);
        double beyond = 0;
        for (int bin = _main.Bins - 1; bin > own; bin--)
        {
            beyond += _main[above, bin];
        }

        double lower = LowerEdge(own);
        double upper = Math.Min(UpperEdge(own), Math.Max(distance, above ? _farthestAbove : _farthestBelow));
        double share = upper > lower ? (upper - distance) / (upper - lower) : 0;
        return beyond + (_main[above, own] * Math.Clamp(share, 0, 1));
    }

    /// <summary>Slope of log probability over log distance between the outer quantile and the farthest stray.</summary>
    double Exponent(bool above, double farthest)
    {
        double share = Math.Max(0.01, 20 / (_mainLooks + 1));
        double quantile = Math.Max(LowestEdge, Quantile(above, share));
        double decades = Math.Log(share * 2 * (_mainLooks + 1));
        double measured = quantile >= farthest || decades <= 0
            ? priorExponent
            : decades / Math.Log(farthest / quantile);
        measured = Math.Clamp(measured, 1.5, 10);
        return ((PriorLooks * priorExponent) + (_mainLooks * measured)) / (PriorLooks + _mainLooks);
    }

    static int BinOf(double distance) =>
        distance < LowestEdge ? 0 : (int)Math.Min(Bins - 1, 1 + (2 * Math.Log2(distance / LowestEdge)));

    static double UpperEdge(int bin) => LowestEdge * double.Exp2(bin * 0.5);

    static double LowerEdge(int bin) => bin == 0 ? 0 : LowestEdge * double.Exp2((bin - 1) * 0.5);

    static bool IsSane(double value) => value is >= 0 and < 1e15;
}

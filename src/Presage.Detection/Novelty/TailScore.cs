// Hot path: Of runs seven times per sample of a vital sign; budget 0.1 us, no allocation.
namespace Presage.Detection;

/// <summary>
/// How rare a distance is among all distances this signal has shown: minus the decimal logarithm of its tail
/// probability, counted in quarter-octave bins, so that any unit and any size fits. Beyond the largest one ever seen
/// the probability falls with the third power of the distance.
/// </summary>
sealed class TailScore
{
    /// <summary>Distances below are not told apart: nothing is rare about them.</summary>
    const int LowestOctave = -50;

    /// <summary>2^-50 to 2^100 in quarter octaves.</summary>
    const int Bins = 600;

    /// <summary>Distances needed before any is called rare.</summary>
    const int CountMin = 30;

    const double BeyondExponent = 3;

    /// <summary>log10(2) / 4: decades per bin.</summary>
    const double DecadesPerBin = 0.0752574989;

    readonly float[] _counts = new float[Bins];
    int _highest = -1;
    double _count;

    /// <summary>The score of a distance (not negative); then counts it.</summary>
    public double Of(double distance)
    {
        double at = distance > 0 ? Math.Clamp(4 * (Math.Log2(distance) - LowestOctave), 0, Bins - 1e-6) : -1;
        int bin = at < 0 ? -1 : (int)at;
        double score = _count > CountMin ? Score(at, bin) : 0;
        _count++;
        if (bin >= 0)
        {
            _counts[bin]++;
            _highest = Math.Max(_highest, bin);
        }

        return score;
    }

    public void Save(StateWriter writer)
    {
        writer.Double(_count);
        writer.Sparse(_counts);
    }

    public bool Restore(ref StateReader reader)
    {
        _count = reader.Double();
        reader.Sparse(_counts);
        _highest = Array.FindLastIndex(_counts, static count => count > 0);
        return _count is >= 0 and < 1e15 && Array.TrueForAll(_counts, static count => count is >= 0 and < 1e15f);
    }

    double Score(double at, int bin)
    {
        double rarer = _count;
        if (bin >= 0)
        {
            rarer = _counts[bin] * (1 - (at - bin));
            for (int i = bin + 1; i <= _highest; i++)
            {
                rarer += _counts[i];
            }
        }

        double score = -Math.Log10((rarer + 0.5) / (_count + 1));
        if (bin > _highest && _highest >= 0)
        {
            score += BeyondExponent * DecadesPerBin * (at - (_highest + 1));
        }

        return Math.Max(0, score);
    }
}

namespace Presage.Detection;

/// <summary>
/// How long has the value not moved at all, beside the longest such stillness before? A sensor that hangs or a job that
/// reports its last value for ever is news to nothing else. It is told once, where the stillness has become four times
/// as long as any before; a series that stands still often, or has never moved, is not told.
/// </summary>
struct Stillness
{
    /// <summary>Samples before anything is told.</summary>
    const long SamplesMin = 600;

    const double LongestTimes = 4;
    const double SamplesMore = 20;

    /// <summary>Samples for which it is told.</summary>
    const double ToldFor = 3;

    /// <summary>What the longest is remembered by, per stillness that ends.</summary>
    const double Kept = 0.9999;

    /// <summary>How strong the news is, in the unit of a series' strength.</summary>
    const double Told = 4.5;

    long _still;
    double _longest;

    /// <summary>Strength of the news; negative infinity where there is none. Then learns the move.</summary>
    public double See(double move, long seen)
    {
        if (move != 0)
        {
            _longest = Math.Max(_still, _longest * Kept);
            _still = 0;
            return double.NegativeInfinity;
        }

        _still++;
        double late = _still - ((LongestTimes * _longest) + SamplesMore);
        return seen > SamplesMin && late >= 0 && late < ToldFor ? Told : double.NegativeInfinity;
    }

    public readonly void Save(StateWriter writer)
    {
        writer.Long(_still);
        writer.Double(_longest);
    }

    public bool Restore(ref StateReader reader)
    {
        _still = reader.Long();
        _longest = reader.Double();
        return _still is >= 0 and <= StateReader.CountMax && _longest is >= 0 and < 1e18;
    }
}

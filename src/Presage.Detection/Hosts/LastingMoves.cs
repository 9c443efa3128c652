// Hot path: Judge runs once per host and row (a minute); budget 1 us for 40 metrics, no allocation.
namespace Presage.Detection;

/// <summary>
/// Metrics that have moved and stay there, each measured by how often that very metric moves so far: a metric that
/// bursts all day says little, whatever its size, a steady one that steps says much. Moves are those within ten
/// minutes. What comes back within a few rows was a burst: it hardly counts. The two rarest moves are added; two that
/// move for good together are seldom chance.
///
/// How far each metric moves is counted with a half-life of a week, so it gets used to what it did of late.
/// </summary>
sealed class LastingMoves
{
    /// <summary>Half octaves of size that are counted; what is smaller than the first ones is no move.</summary>
    const int Bins = 16;
    const double SizeMin = 0.25;

    const double HalfLifeSeconds = 7 * 86_400;

    /// <summary>Counts fade by steps of an hour.</summary>
    const double FadeSeconds = 3_600;

    /// <summary>A move has to last for about this long to be believed; its end is believed at once.</summary>
    const double PatienceSeconds = 180;

    /// <summary>Moves faded to less than this many are forgotten when the farthest one is looked for.</summary>
    const double CountMin = 0.02;

    /// <summary>Rows without which nothing is known to be rare.</summary>
    const double RowsMin = 30;

    /// <summary>Beyond the farthest move the probability falls with this power of the size.</summary>
    const double TailPower = 3;

    readonly int _d;

    /// <summary>For each metric, how many moves were of each size, the larger ones last.</summary>
    readonly float[] _counts;

    /// <summary>How rare each metric's move is as far as it has lasted, in decades.</summary>
    readonly float[] _lasting;
    readonly double _patience;
    readonly int _rowsPerFade;
    readonly float _fade;
    double _total;
    long _rows;

    public LastingMoves(int metrics, double stepSeconds)
    {
        _d = metrics;
        _counts = new float[Bins * metrics];
        _lasting = new float[metrics];
        _patience = 1 - double.Exp2(-stepSeconds / PatienceSeconds);
        _rowsPerFade = Math.Max(1, (int)(FadeSeconds / stepSeconds));
        _fade = (float)double.Exp2(-_rowsPerFade * stepSeconds / HalfLifeSeconds);
    }

    /// <summary>
    /// How rare the two rarest lasting moves are, in decades, added; learns the row if asked to. Sizes are those of
    /// <see cref="ChangeScore.SizeMoves"/>.
    /// </summary>
    public double Judge(ReadOnlySpan<float> sizes, bool learns)
    {
        double first = 0, second = 0;
        for (int j = 0; j < _d; j++)
        {
            double place = sizes[j] > SizeMin ? 2 * Math.Log2(sizes[j] / SizeMin) : 0;
            int bin = Math.Min((int)place, Bins - 1);
            var counts = _counts.AsSpan(j * Bins, Bins);
            double rarity = place > 0 && _total > RowsMin ? Rarity(counts, place, bin) : 0;
            double lasting = rarity > _lasting[j] ? _lasting[j] + (_patience * (rarity - _lasting[j])) : rarity;
            (first, second) = lasting > first ? (lasting, first) : (first, Math.Max(second, lasting));
            if (learns)
            {
                _lasting[j] = (float)lasting;
                counts[bin]++;
            }
        }

        if (learns)
        {
            Count();
        }

        return first + second;
    }

    /// <summary>How rare a metric's move is as far as it has lasted, in decades, as of the last row learned.</summary>
    public double Of(int metric) => _lasting[metric];

    /// <summary>Replaces what it knows: the scale of moves has been learned anew.</summary>
    public void TakeOver(LastingMoves other)
    {
        other._counts.CopyTo(_counts, 0);
        other._lasting.CopyTo(_lasting, 0);
        _total = other._total;
        _rows = other._rows;
    }

    public void Save(StateWriter writer)
    {
        writer.Long(_rows);
        writer.Double(_total);
        writer.Floats(_lasting);
        writer.Sparse(_counts);
    }

    public bool Restore(ref StateReader reader)
    {
        _rows = reader.Long();
        _total = reader.Double();
        bool isSane = reader.Floats(_lasting) && _rows is >= 0 and <= StateReader.CountMax && _total is >= 0 and < 1e9;
        reader.Sparse(_counts);
        return isSane && Array.TrueForAll(_lasting, static decades => decades is >= 0 and < 1e3f) &&
            Array.TrueForAll(_counts, static count => count is >= 0 and < 1e9f);
    }

    /// <summary>How seldom a metric moves so far, in decades.</summary>
    double Rarity(ReadOnlySpan<float> counts, double place, int bin)
    {
        int top = Bins - 1;
        while (top >= 0 && counts[top] < CountMin)
        {
            top--;
        }

        double beyond = 0;
        for (int i = top; i > bin; i--)
        {
            beyond += counts[i];
        }

        beyond += counts[bin] * (1 - Math.Min(place - bin, 1));
        double farther = Math.Max(0, place - (top + 1)) / 2 * double.Log10(2);
        return Math.Max(0, (TailPower * farther) - Math.Log10((beyond + 0.5) / (_total + 1)));
    }

    void Count()
    {
        _total++;
        if (++_rows % _rowsPerFade != 0)
        {
            return;
        }

        _total *= _fade;
        foreach (ref float count in _counts.AsSpan())
        {
            count *= _fade;
        }
    }
}

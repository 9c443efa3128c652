namespace Presage.Detection;

/// <summary>
/// Counts in bins of two sides. Takes room for the bins that are used only: most signals keep near their level, and a
/// fleet has a million of these.
/// </summary>
struct BinCounts
{
    /// <summary>Bins by which the room grows.</summary>
    const int Step = 4;

    /// <summary>Counts below are forgotten.</summary>
    const float CountMin = 1e-3f;

    /// <summary>For each bin the count above, then the one below.</summary>
    float[]? _counts;

    /// <summary>Bins there is room for; further ones are empty.</summary>
    public readonly int Bins => _counts is null ? 0 : _counts.Length / 2;

    public readonly float this[bool above, int bin] => bin < Bins ? _counts![(2 * bin) + (above ? 0 : 1)] : 0;

    /// <summary>A count to add to.</summary>
    public ref float Of(bool above, int bin)
    {
        if (bin >= Bins)
        {
            Array.Resize(ref _counts, 2 * Step * ((bin / Step) + 1));
        }

        return ref _counts![(2 * bin) + (above ? 0 : 1)];
    }

    /// <summary>Forgets a part and adds others.</summary>
    public void Merge(float kept, in BinCounts others)
    {
        for (int bin = 0; bin < Bins; bin++)
        {
            Forget(ref Of(above: true, bin), kept);
            Forget(ref Of(above: false, bin), kept);
        }

        for (int bin = 0; bin < others.Bins; bin++)
        {
            Add(true, bin, others[true, bin]);
            Add(false, bin, others[false, bin]);
        }
    }

    public readonly void Clear()
    {
        if (_counts is not null)
        {
            Array.Clear(_counts);
        }
    }

    /// <summary>Writes all bins of the one side, then those of the other.</summary>
    public readonly void Save(in StateWriter writer, int bins)
    {
        Span<float> all = stackalloc float[2 * bins];
        for (int bin = 0; bin < Bins; bin++)
        {
            all[bin] = this[true, bin];
            all[bins + bin] = this[false, bin];
        }

        writer.Sparse(all);
    }

    /// <summary>Reads what <see cref="Save"/> wrote; false when those are no counts.</summary>
    public bool Restore(ref StateReader reader, int bins)
    {
        Span<float> all = stackalloc float[2 * bins];
        reader.Sparse(all);
        for (int i = 0; i < all.Length; i++)
        {
            if (!(all[i] is >= 0 and < 1e15f))
            {
                return false;
            }

            Add(i < bins, i % bins, all[i]);
        }

        return true;
    }

    void Add(bool above, int bin, float count)
    {
        if (count > 0)
        {
            Of(above, bin) += count;
        }
    }

    static void Forget(ref float count, float kept)
    {
        count *= kept;
        count = count < CountMin ? 0 : count;
    }
}

using Presage.Metrics;

namespace Presage.Storage;

/// <summary>Which series it is, in the forms that reading needs. Immutable, shared by queries.</summary>
sealed class SeriesIdentity(ulong hash, byte[] key, LabelSet labels)
{
    /// <summary>The look-up hash of the key.</summary>
    public ulong Hash => hash;

    /// <summary>The canonical key.</summary>
    public ReadOnlySpan<byte> Key => key;

    /// <summary>Whether it is a part of a native histogram.</summary>
    public bool IsPart { get; } = HistogramParts.IsPart(key);

    /// <summary>The labels as text.</summary>
    public LabelSet Labels => labels;
}

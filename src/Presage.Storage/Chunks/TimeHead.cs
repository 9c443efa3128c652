namespace Presage.Storage;

/// <summary>What a time column begins with.</summary>
/// <param name="Count">Timestamps; 0 where the bytes are no time column.</param>
/// <param name="IsRegular">Whether all lie the interval apart, so that nothing else is needed.</param>
/// <param name="FirstMs">The first.</param>
/// <param name="IntervalMs">The distance to the second.</param>
/// <param name="StreamAt">Where the stream of an irregular column begins.</param>
readonly record struct TimeHead(int Count, bool IsRegular, long FirstMs, long IntervalMs, int StreamAt)
{
    /// <summary>The last timestamp, where it can be told without decoding the others.</summary>
    public bool TryGetLast(out long lastMs)
    {
        lastMs = IsRegular ? FirstMs + ((Count - 1) * IntervalMs) : long.MinValue;
        return IsRegular;
    }
}

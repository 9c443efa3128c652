namespace Presage.Storage;

/// <summary>A merge that drops nothing.</summary>
sealed class KeepAll : IMergeRules
{
    public static KeepAll Rules { get; } = new();

    public SeriesRules For(ReadOnlySpan<byte> key) => SeriesRules.KeepAll;
}

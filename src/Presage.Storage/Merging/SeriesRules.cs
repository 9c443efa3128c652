using Presage.Metrics;

namespace Presage.Storage;

/// <summary>What holds for one series in a merge.</summary>
/// <param name="RawFromMs">A span that ends before this loses its raw samples.</param>
/// <param name="FiveMinutesFromMs">The same for roll-ups of five minutes.</param>
/// <param name="OneHourFromMs">The same for roll-ups of an hour.</param>
/// <param name="Deleted">Deletions that are for it.</param>
readonly record struct SeriesRules(
    long RawFromMs, long FiveMinutesFromMs, long OneHourFromMs, IReadOnlyList<Tombstone> Deleted)
{
    /// <summary>Everything is kept.</summary>
    public static SeriesRules KeepAll { get; } = new(long.MinValue, long.MinValue, long.MinValue, []);
}

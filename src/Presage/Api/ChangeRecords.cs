using Presage.Detection;

namespace Presage.Api;

/// <summary>What changed in a window, compared with the time before it.</summary>
/// <param name="BaselineFromMs">
/// Where the time begins that the window is compared with; it ends where the window begins.
/// </param>
/// <param name="Compared">Series that were compared.</param>
/// <param name="Changed">
/// Series of which chance explains one in twenty at most; null where too few earlier windows are stored to tell.
/// </param>
/// <param name="Earlier">Earlier windows that tell what chance does.</param>
/// <param name="TookMs">How long it took.</param>
/// <param name="SilentHosts">Hosts that stopped sending in the window.</param>
/// <param name="Items">What changed, strongest first; copies and what moved in step are one item.</param>
sealed record ChangeList(
    long FromMs,
    long ToMs,
    long BaselineFromMs,
    int Compared,
    int? Changed,
    int Earlier,
    double TookMs,
    IReadOnlyList<string> SilentHosts,
    IReadOnlyList<ChangeItem> Items);

/// <summary>A series that changed, with those that changed with it.</summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Labels">Its labels without name and host.</param>
/// <param name="Query">PromQL of what was compared: the series, or the rate of a counter.</param>
/// <param name="SinceMs">When it changed.</param>
/// <param name="Before">The usual value before; null where there was none.</param>
/// <param name="After">The value after; null where there is none.</param>
/// <param name="Unit">Unit of the values, as vital signs have them; <c>none</c> where the name does not tell.</param>
/// <param name="Family">The vital sign's family, or empty.</param>
/// <param name="Rate">Whether the values are rates per second.</param>
/// <param name="Chance">
/// The share of earlier windows, in a sample of all series compared, that looked at least this changed; null where
/// fewer than 100 are stored, and of what appeared or stopped.
/// </param>
/// <param name="FalseShare">
/// Of all series changed at least this surely, the share that chance explains; null where that is not known.
/// </param>
/// <param name="Windows">Earlier windows of this series that were looked at, 24 at most.</param>
/// <param name="AsOdd">How many of them looked at least as changed.</param>
/// <param name="Effect">How far it moved, in units of how far it usually strays.</param>
/// <param name="Strength">
/// A score to rank by, and nothing else: decades of the test's own probability plus doublings of the effect.
/// </param>
/// <param name="Copies">Other series of the same metric that changed in the same way.</param>
/// <param name="Hosts">All hosts of the item, its own first; at most 50.</param>
/// <param name="HostCount">How many hosts those are.</param>
/// <param name="Alike">Other metrics of the host that moved in step; at most 20.</param>
/// <param name="Shape">Means of equal spans over baseline and window; null where there was no sample.</param>
sealed record ChangeItem(
    string Host,
    string Name,
    string Subject,
    string Sentence,
    IReadOnlyDictionary<string, string> Labels,
    string Query,
    ChangeKind Kind,
    long SinceMs,
    double? Before,
    double? After,
    string Unit,
    string Family,
    bool Rate,
    double? Chance,
    double? FalseShare,
    int Windows,
    int AsOdd,
    double Effect,
    double Strength,
    int Copies,
    IReadOnlyList<string> Hosts,
    int HostCount,
    IReadOnlyList<string> Alike,
    IReadOnlyList<double?> Shape);

/// <summary>When a vital sign went from one regime to another.</summary>
/// <param name="Key">The vital with what tells several apart.</param>
/// <param name="TimeMs">When the new regime began.</param>
/// <param name="Before">The usual value of the regime before.</param>
/// <param name="After">The usual value of the new one.</param>
/// <param name="Sentence">It in words.</param>
sealed record ChangeMark(string Key, long TimeMs, ChangeKind Kind, double Before, double After, string Sentence);

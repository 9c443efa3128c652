namespace Presage.Watching;

/// <summary>A vital sign in which a host is unlike its twins.</summary>
/// <param name="Vital">The vital sign's id.</param>
/// <param name="Value">The median of its last quarter of an hour.</param>
/// <param name="Lower">Lower end of where nine in ten of the others lie.</param>
/// <param name="Upper">Upper end of it.</param>
/// <param name="Probability">The share of normal quarter hours of like hosts at least this far out.</param>
/// <param name="IsKnown">Whether it has been so for a day and more, and is no news.</param>
/// <param name="Sentence">It in words.</param>
public sealed record TwinDifference(
    string Vital,
    string Name,
    double Value,
    double Lower,
    double Upper,
    string Unit,
    string Family,
    double Probability,
    bool IsKnown,
    string Sentence);

/// <summary>A host among its twins.</summary>
/// <param name="Group">What makes them twins: "role web", "hosts web*", "hosts like db-3".</param>
/// <param name="IsByLabel">Whether a label does; else they were found to be alike.</param>
/// <param name="Hosts">All of them, this one included.</param>
/// <param name="Score">One minus the share of normal quarter hours at least this odd; null while too little is known.
/// </param>
/// <param name="Running">The anomaly that runs; null when none does.</param>
/// <param name="Sentence">The running anomaly in words.</param>
/// <param name="Differences">The vital signs in which it is unlike them, oddest first.</param>
public sealed record HostTwins(
    string Host,
    string Group,
    bool IsByLabel,
    IReadOnlyList<string> Hosts,
    double? Score,
    HostAnomaly? Running,
    string? Sentence,
    IReadOnlyList<TwinDifference> Differences);

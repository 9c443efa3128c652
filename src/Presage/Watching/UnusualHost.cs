namespace Presage.Watching;

/// <summary>A host that is unusual as a whole, in words.</summary>
/// <param name="Sentence">What, expected range and seen, since when, what moved with it and what first.</param>
/// <param name="IsBorrowed">Whether it is judged by what a like host has learned.</param>
public sealed record UnusualHost(HostAnomaly Anomaly, string Sentence, bool IsBorrowed);

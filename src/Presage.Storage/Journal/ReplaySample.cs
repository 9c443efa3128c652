namespace Presage.Storage;

/// <summary>One sample on its way from the journal to the head.</summary>
/// <param name="Id">The head's number of its series.</param>
/// <param name="TimestampMs">When.</param>
/// <param name="Value">What.</param>
readonly record struct ReplaySample(int Id, long TimestampMs, double Value);

namespace Presage.Storage;

/// <summary>How a value column is coded; the number stands in its first byte.</summary>
enum ValueMode : byte
{
    /// <summary>One value for all samples.</summary>
    Constant = 0,

    /// <summary>Differences of scaled integers.</summary>
    Delta = 1,

    /// <summary>Differences of differences: counters with a steady rate.</summary>
    DeltaOfDelta = 2,

    /// <summary>
    /// XOR with the value before (Pelkonen et al., "Gorilla", VLDB 2015): values that are no short decimals.
    /// </summary>
    Xor = 3,
}

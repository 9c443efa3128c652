namespace Presage.Storage;

/// <summary>What became of one sample.</summary>
enum AppendResult : byte
{
    Appended,

    /// <summary>Its timestamp is the series' newest; value equal.</summary>
    Duplicate,

    /// <summary>Its timestamp is the series' newest; another value.</summary>
    Conflicting,

    /// <summary>Older than the series' newest sample: whether it is stored already needs a look.</summary>
    Older,
}

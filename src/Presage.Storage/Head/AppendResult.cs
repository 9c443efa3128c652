namespace Presage.Storage;

/// <summary>What became of one sample.</summary>
enum AppendResult : byte
{
    Appended,

    /// <summary>Stored beside the newer ones that came before it.</summary>
    Late,

    /// <summary>Stored already: same timestamp, same value.</summary>
    Duplicate,

    /// <summary>Same timestamp, another value: the one stays that beats the other.</summary>
    Conflicting,

    /// <summary>Older than the series' newest sample: whether it is stored already needs a look.</summary>
    Older,
}

namespace Presage.Simulation;

/// <summary>What is known of a sample that was offered to the store.</summary>
enum WriteState
{
    /// <summary>Acknowledged: it must be there.</summary>
    Acknowledged,

    /// <summary>It may be there or not; the next look after a restart decides.</summary>
    Unsure,

    /// <summary>Refused by a disk that failed: not there now, but a restart may bring it.</summary>
    Latent,

    /// <summary>Not the one that stayed; it may show again where retention takes the winner first.</summary>
    Beaten,
}

/// <summary>One sample that was offered.</summary>
sealed class Write(long bits, WriteState state)
{
    public long Bits => bits;

    public WriteState State { get; set; } = state;

    /// <summary>It must survive power loss.</summary>
    public bool IsDurable { get; set; }

    /// <summary>A sync that was to cover it failed: it need not survive power loss before the next flush.</summary>
    public bool IsTainted { get; set; }
}

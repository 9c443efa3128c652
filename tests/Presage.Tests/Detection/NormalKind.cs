namespace Presage.Tests.Detection;

/// <summary>Kinds of normal behaviour.</summary>
public enum NormalKind
{
    /// <summary>A few per cent with short bursts.</summary>
    IdleCpu,

    /// <summary>Rhythm of day and week, noise, bursts.</summary>
    BusyCpu,

    /// <summary>Idle, an hourly job of 25 s, a nightly job of 36 min.</summary>
    CronCpu,

    /// <summary>Slow, with a rhythm.</summary>
    Memory,

    /// <summary>Log-normal with heavy tails.</summary>
    Latency,

    /// <summary>Rhythm, multiplicative noise, large bursts.</summary>
    Network,

    /// <summary>Stationary noise.</summary>
    Counter,
}

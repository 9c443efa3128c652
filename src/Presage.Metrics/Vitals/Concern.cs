namespace Presage.Metrics.Vitals;

/// <summary>In which direction a vital sign is worth a look.</summary>
public enum Concern
{
    /// <summary>Only more than usual matters (latency, pressure, errors).</summary>
    High,

    /// <summary>Only less than usual matters.</summary>
    Low,

    /// <summary>Both matter: a service that has stopped uses less CPU.</summary>
    Both,
}

namespace Presage.Detection;

/// <summary>How many false alarms a host may raise, in the unit users think in: expected ones per week.</summary>
public enum Sensitivity
{
    /// <summary>0.03 a week: one host in thirty raises one.</summary>
    Low,

    /// <summary>0.1 a week: the default.</summary>
    Standard,

    /// <summary>0.5 a week.</summary>
    High,

    /// <summary>1 a week.</summary>
    Highest,
}

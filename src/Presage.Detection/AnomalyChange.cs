namespace Presage.Detection;

/// <summary>What a value did to the detector's anomaly.</summary>
public enum AnomalyChange : byte
{
    None,

    /// <summary><see cref="VitalDetector.Anomaly"/> has begun.</summary>
    Opened,

    /// <summary><see cref="VitalDetector.Anomaly"/> has ended.</summary>
    Closed,
}

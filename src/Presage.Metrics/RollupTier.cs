namespace Presage.Metrics;

/// <summary>How coarse a roll-up is. Buckets begin at whole multiples of the tier's step since 1970 UTC.</summary>
public enum RollupTier
{
    /// <summary>Buckets of five minutes, kept for 90 days by default.</summary>
    FiveMinutes,

    /// <summary>Buckets of an hour, kept for two years by default.</summary>
    OneHour,
}

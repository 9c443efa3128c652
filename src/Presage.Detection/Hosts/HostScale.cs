namespace Presage.Detection;

/// <summary>
/// Puts level and change on one axis from 0 to 1: one minus the share of normal rows that look at least this odd. The
/// shares were measured between the labelled incidents of three sets of servers and services
/// (docs/decisions/detection.md) and are extrapolated beyond. Strictly rising in the change beyond the line, below it
/// in the level.
/// </summary>
static class HostScale
{
    /// <summary>
    /// Changes beyond come about once or twice a day at one row a minute; they lift a row above all levels.
    /// </summary>
    public const double ChangeLine = 3.5;

    /// <summary>Share of normal rows beyond the line.</summary>
    const double ShareBeyond = 0.0013;

    /// <summary>Decades the share falls by per unit of change.</summary>
    const double DecadesPerChange = 0.85;

    /// <summary>Further out doubles near 1 would no longer tell scores apart.</summary>
    const double BeyondMax = 14;

    public static double Score(double level, double change)
    {
        double beyond = Math.Min(change - ChangeLine, BeyondMax);
        if (beyond > 0)
        {
            // A thousandth for the level: rows of equal change keep an order.
            double share = ShareBeyond * Math.Pow(10, -DecadesPerChange * beyond);
            return 1 - (share * (1 - (0.001 * level / (level + 3))));
        }

        // An exponential law where most rows lie; a slow one keeps the order of levels a hundred times the usual.
        double odder = (0.99 * Math.Exp(-2 * level)) + (0.01 / (1 + level));
        return (1 - ShareBeyond) * (1 - odder);
    }
}

namespace Presage.Detection;

/// <summary>Puts level and change on one axis from 0 to 1.</summary>
static class HostScale
{
    /// <summary>Changes of this size come about once a day and lift a row above all levels.</summary>
    public const double ChangeLine = 4;

    /// <summary>The score at which levels end and changes begin.</summary>
    const double LevelMax = 0.999;

    public static double Score(double level, double change)
    {
        double beyond = change - ChangeLine;
        return beyond <= 0
            ? LevelMax * level / (level + 3)
            : 1 - ((1 - LevelMax) * Math.Pow(10, -0.4 * Math.Min(beyond, 30)) * (1 - (1e-3 * level / (level + 3))));
    }
}

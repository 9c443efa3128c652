namespace Presage.Bench.Accuracy;

/// <summary>Rows of a series or host with what is known to be wrong in them.</summary>
/// <param name="Name">File name without ending; of a single series with its category before.</param>
/// <param name="Metrics">Names of the columns.</param>
/// <param name="Train">Unlabelled history before the test rows, row by row; may be empty.</param>
/// <param name="Test">The rows to score.</param>
/// <param name="Step">Time between rows.</param>
/// <param name="Events">Test rows that belong to incidents, first and last inside.</param>
/// <param name="Window">Largest tolerance for VUS, in rows.</param>
/// <param name="Causes">Incidents whose responsible metrics are known.</param>
sealed record LabelledSeries(
    string Name,
    string[] Metrics,
    double[] Train,
    double[] Test,
    TimeSpan Step,
    (int First, int Last)[] Events,
    int Window,
    (int First, int Last, int[] Metrics)[] Causes)
{
    /// <summary>Rows to score.</summary>
    public int Rows => Test.Length / Metrics.Length;

    /// <summary>Time of each test row, in seconds since some midnight; empty where rows carry none.</summary>
    public double[] Seconds { get; init; } = [];

    /// <summary>The part of the name before the slash.</summary>
    public string Category => Name.Contains('/', StringComparison.Ordinal) ? Name[..Name.IndexOf('/')] : "";
}

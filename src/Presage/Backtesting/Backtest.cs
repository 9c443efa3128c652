using Presage.Detection;

namespace Presage.Backtesting;

/// <summary>
/// Scores recorded metrics exactly as the live path would: row by row, each score from that row and the ones before
/// it. One series goes through the series detector, several columns are a host.
/// </summary>
sealed class Backtest(TimeSpan step, bool explains, Sensitivity sensitivity)
{
    /// <summary>
    /// A host without history of its own learns first from half a day, then whenever its history has doubled.
    /// </summary>
    static readonly TimeSpan FirstLearned = TimeSpan.FromHours(12);

    /// <summary>Scores a file with a column of times.</summary>
    public void Run(
        string input,
        string? history,
        string output,
        bool repeatsValue,
        CancellationToken cancellationToken
    )
    {
        var table = MetricTable.Read(input, hasTimes: true, cancellationToken);
        if (table.Metrics.Length == 1)
        {
            RunSeries(table, output, repeatsValue);
            return;
        }

        var past = history is null ? null : MetricTable.Read(history, hasTimes: true, cancellationToken);
        RunHost(table, past, output, cancellationToken);
    }

    /// <summary>Scores test rows after a train part; neither has a column of times.</summary>
    public void RunSplit(string train, string test, string output, CancellationToken cancellationToken)
    {
        RunHost(
            MetricTable.Read(test, hasTimes: false, cancellationToken),
            MetricTable.Read(train, hasTimes: false, cancellationToken),
            output,
            cancellationToken
        );
    }

    void RunSeries(MetricTable table, string output, bool repeatsValue)
    {
        string[] leading = repeatsValue ? ["timestamp", "value"] : ["timestamp"];
        using var file = new ScoreFile(output, leading, table.Metrics, explains);
        var detector = new SeriesDetector(sensitivity);
        for (int row = 0; row < table.Rows; row++)
        {
            double value = table.Values[row];
            var reading = detector.Feed(value);
            file.Write(table.Times[row], repeatsValue ? value : null, reading.Score, reading.IsAlert, [0]);
        }
    }

    void RunHost(MetricTable table, MetricTable? past, string output, CancellationToken cancellationToken)
    {
        int metrics = table.Metrics.Length;
        if (metrics > HostModel.MetricsMax)
        {
            throw new StartException(
                $"{output} would need {metrics} metrics judged together; {HostModel.MetricsMax} is the most."
            );
        }

        if (past is not null && !past.Metrics.SequenceEqual(table.Metrics))
        {
            throw new StartException($"The history for {output} has other columns than the rows to score.");
        }

        bool hasTimes = table.Times.Count > 0;
        using var file = new ScoreFile(output, hasTimes ? ["timestamp"] : [], table.Metrics, explains);
        double stepSeconds = step.TotalSeconds;
        var detector = HostDetector.Learn(past?.Values ?? [], metrics, stepSeconds, sensitivity);
        double[] all = past is null ? table.Values : [.. past.Values, .. table.Values];
        int known = past?.Rows ?? 0;
        int next = Math.Max(Math.Max(HostModel.RowsMin, (int)(FirstLearned / step)), 2 * known);
        int[] causes = new int[metrics];
        for (int row = 0; row < table.Rows; row++)
        {
            if (known + row == next)
            {
                cancellationToken.ThrowIfCancellationRequested();
                detector.Adopt(HostDetector.Learn(all.AsSpan(0, next * metrics), metrics, stepSeconds, sensitivity));
                next *= 2;
            }

            var reading = detector.Feed(table.Row(row));
            int named = explains ? detector.Rank(causes) : 0;
            string? time = hasTimes ? table.Times[row] : null;
            file.Write(time, null, reading.Score, reading.IsAlert, causes.AsSpan(0, named));
        }
    }
}

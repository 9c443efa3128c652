using Presage.Detection;

namespace Presage.Backtesting;

/// <summary>
/// Scores recorded metrics exactly as the live path would: row by row, each score from that row and the ones before
/// it. One series goes through the series detector, several columns are a host.
/// </summary>
/// <param name="step">Time between rows; null to take it from their times, or a minute where they have none.</param>
/// <param name="warn">Told what is odd about a file that is scored nevertheless.</param>
sealed class Backtest(
    TimeSpan? step, bool explains, Sensitivity sensitivity, BacktestModel? model = null, Action<string>? warn = null)
{
    static readonly TimeSpan Usual = TimeSpan.FromMinutes(1);

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
        var past = history is null ? null : MetricTable.Read(history, hasTimes: true, cancellationToken);
        if (RowTime.Complaint(table.TimeColumn!, table.Times, step ?? Usual) is { } complaint)
        {
            warn?.Invoke($"{input}: {complaint}");
        }

        if (table.Metrics.Length == 1)
        {
            RunSeries(table, past, output, repeatsValue, cancellationToken);
            return;
        }

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

    void RunSeries(
        MetricTable table, MetricTable? past, string output, bool repeatsValue, CancellationToken cancellationToken)
    {
        var judged = model?.Judge(table, past, step ?? Usual, cancellationToken);
        string[] leading = repeatsValue ? ["timestamp", "value"] : ["timestamp"];
        using var file = new ScoreFile(output, leading, table.Metrics, explains);
        var detector = new SeriesDetector(sensitivity);
        for (int row = 0; row < table.Rows; row++)
        {
            double value = table.Values[row];
            var reading = detector.Feed(RowTime.Of(table.Times[row], row, step ?? Usual), value);
            var (score, isAlert, _) = BacktestModel.Join(judged, row, reading.Score, reading.IsAlert);
            file.Write(table.Times[row], repeatsValue ? value : null, score, isAlert, [0]);
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

        var apart = step ?? RowTime.Spacing((past ?? table).Times) ?? RowTime.Spacing(table.Times) ?? Usual;
        var judged = model?.Judge(table, past, apart, cancellationToken);
        bool hasTimes = table.Times.Count > 0;
        using var file = new ScoreFile(output, hasTimes ? ["timestamp"] : [], table.Metrics, explains);
        var replay = new HostReplay(metrics, apart, sensitivity);
        replay.Learn(past?.Values ?? []);
        int[] causes = new int[metrics];
        for (int row = 0; row < table.Rows; row++)
        {
            if (replay.IsAboutToLearn)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var reading = replay.Feed(table.Row(row));
            int named = explains ? replay.Rank(causes) : 0;
            string? time = hasTimes ? table.Times[row] : null;
            var (score, isAlert, first) = BacktestModel.Join(judged, row, reading.Score, reading.IsAlert);
            BacktestModel.PutFirst(first, causes.AsSpan(0, named));
            file.Write(time, null, score, isAlert, causes.AsSpan(0, named));
        }
    }
}

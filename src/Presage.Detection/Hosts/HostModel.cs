namespace Presage.Detection;

/// <summary>
/// What is normal for a host, learned from a stretch of its history: the scale of every metric and of its steps, how
/// the metrics and their steps move together, and the usual size of every part of the scores. It does not change
/// while rows are judged; a new one is learned now and then from newer history.
/// </summary>
public sealed class HostModel
{
    /// <summary>Metrics of one host that can be judged together; the cost of a row grows with their square.</summary>
    public const int MetricsMax = 512;

    /// <summary>Rows without which nothing is learned.</summary>
    public const int RowsMin = 200;

    /// <summary>Scaled values are clipped here; a smaller bound throws evidence away.</summary>
    const double ScaledMax = 30;

    /// <summary>Weight of the distance of steps in the level, that of values is 1.</summary>
    const double StepWeight = 1.5;

    /// <summary>The level is smoothed in rows, and so strongly that a peak outlasts a gap of some rows.</summary>
    const double LevelHalfLifeRows = 6;

    /// <summary>Quarter days that say something of how nervous a host is, and those that say it fully.</summary>
    const int QuartersMin = 8;
    const double QuartersForBelief = 28;

    /// <summary>A host that never moved in its history has distances of 0; about 1 is ordinary.</summary>
    const double UsualMin = 0.05;

    internal static readonly double LevelWeight = 1 - double.Exp2(-1 / LevelHalfLifeRows);

    internal readonly RobustScale[] Values;
    internal readonly RobustScale[] Steps;
    internal readonly ChangeScore Change;
    Whitening _levels;
    Whitening _steps;
    double _levelUsual;
    double _stepUsual;
    double _levelRare;

    HostModel(int metrics)
    {
        Metrics = metrics;
        Values = new RobustScale[metrics];
        Steps = new RobustScale[metrics];
        Change = new ChangeScore(metrics);
        _levels = _steps = Whitening.Fit([], metrics);
    }

    /// <summary>Metrics in a row.</summary>
    public int Metrics { get; }

    /// <summary>
    /// Learns a model from history: rows of <paramref name="metrics"/> values each, evenly spaced; NaN is missing. The
    /// views and moves have seen nothing before and all rows afterwards; the smoothed level is that after the last row.
    /// Also gives the change of every row.
    /// </summary>
    internal static HostModel Fit(
        ReadOnlySpan<double> history,
        int metrics,
        HostViews views,
        LastingMoves lasting,
        out double[] changes,
        out double smoothed)
    {
        int n = history.Length / metrics;
        var model = new HostModel(metrics);
        float[] distances = new float[4 * n * metrics];
        var day = distances.AsSpan(0, n * metrics);
        var hours = distances.AsSpan(n * metrics, n * metrics);
        var minutes = distances.AsSpan(2 * n * metrics, n * metrics);
        var slow = distances.AsSpan(3 * n * metrics);
        for (int t = 0; t < n; t++)
        {
            views.See(history.Slice(t * metrics, metrics));
            views.Day.CopyTo(day.Slice(t * metrics, metrics));
            views.Hours.CopyTo(hours.Slice(t * metrics, metrics));
            views.Minutes.CopyTo(minutes.Slice(t * metrics, metrics));
            views.Slow.CopyTo(slow.Slice(t * metrics, metrics));
        }

        double[] column = new double[n];
        for (int j = 0; j < metrics; j++)
        {
            model.Change.SetRare(
                j,
                Rare(day, j, metrics, column, 0.99),
                Rare(hours, j, metrics, column, 0.99),
                Rare(minutes, j, metrics, column, 0.99),
                Quantiles.OfSorted(column, 0.999),
                Rare(slow, j, metrics, column, 0.99));
        }

        double[] level = model.FitLevels(history, column, out float[] scaled);
        double[] step = model.FitSteps(scaled, column);
        float[] moves = model.FitMoves(history, views.Lag, column);
        changes = model.FitUsual(distances, moves, lasting, level, step, column, views.StepSeconds);
        smoothed = model.FitLevel(level, step, column);
        return model;
    }

    /// <summary>Writes the scaled and clipped values of a row; missing ones lie in the centre.</summary>
    internal void Scale(ReadOnlySpan<double> row, Span<float> scaled)
    {
        for (int j = 0; j < row.Length; j++)
        {
            double z = (row[j] - Values[j].Centre) / Values[j].Spread;
            scaled[j] = double.IsFinite(row[j]) ? (float)Math.Clamp(z, -ScaledMax, ScaledMax) : 0;
        }
    }

    /// <summary>Writes the scaled and clipped steps between two scaled rows.</summary>
    internal void ScaleSteps(ReadOnlySpan<float> before, ReadOnlySpan<float> now, Span<float> scaled)
    {
        for (int j = 0; j < now.Length; j++)
        {
            double z = (now[j] - before[j] - Steps[j].Centre) / Steps[j].Spread;
            scaled[j] = (float)Math.Clamp(z, -ScaledMax, ScaledMax);
        }
    }

    /// <summary>Writes moves within ten minutes, in spreads of the metric.</summary>
    internal void ScaleMoves(ReadOnlySpan<double> moves, Span<float> scaled)
    {
        for (int j = 0; j < moves.Length; j++)
        {
            scaled[j] = (float)Math.Clamp(moves[j] / Values[j].Spread, -2 * ScaledMax, 2 * ScaledMax);
        }
    }

    internal double LevelDistance(ReadOnlySpan<float> scaled) => _levels.Distance(scaled);

    internal double StepDistance(ReadOnlySpan<float> scaledSteps) => _steps.Distance(scaledSteps);

    /// <summary>The third power of the level of one row: what is smoothed over rows.</summary>
    internal double LevelCubed(double level, double step)
    {
        double a = level / _levelUsual, b = step / _stepUsual;
        double square = (a * a) + (StepWeight * b * b);
        return square * Math.Sqrt(square);
    }

    /// <summary>The level of smoothed third powers: 1 is the oddest per cent of history.</summary>
    internal double Level(double smoothed) => Math.Cbrt(smoothed) / _levelRare;

    internal void Save(StateWriter writer)
    {
        foreach (var scale in Values.Concat(Steps))
        {
            writer.Double(scale.Centre);
            writer.Double(scale.Spread);
        }

        Change.Save(writer);
        _levels.Save(writer);
        _steps.Save(writer);
        writer.Double(_levelUsual);
        writer.Double(_stepUsual);
        writer.Double(_levelRare);
    }

    internal static HostModel? Restore(ref StateReader reader, int metrics, bool hasLasting)
    {
        var model = new HostModel(metrics);
        bool isSane = true;
        for (int j = 0; j < 2 * metrics; j++)
        {
            var scale = new RobustScale(reader.Double(), reader.Double());
            isSane &= double.IsFinite(scale.Centre) && scale.Spread is > 0 and < double.MaxValue;
            (j < metrics ? model.Values : model.Steps)[j % metrics] = scale;
        }

        if (!isSane || !model.Change.Restore(ref reader, hasLasting) ||
            Whitening.Restore(ref reader, metrics) is not { } levels ||
            Whitening.Restore(ref reader, metrics) is not { } steps)
        {
            return null;
        }

        model._levels = levels;
        model._steps = steps;
        model._levelUsual = reader.Double();
        model._stepUsual = reader.Double();
        model._levelRare = reader.Double();
        return model._levelUsual is > 0 and < 1e9 && model._stepUsual is > 0 and < 1e9 &&
            model._levelRare is > 0 and < 1e9
            ? model
            : null;
    }

    static double Rare(ReadOnlySpan<float> distances, int metric, int metrics, double[] column, double share)
    {
        for (int t = 0; t < column.Length; t++)
        {
            column[t] = Math.Abs(distances[(t * metrics) + metric]);
        }

        return Quantiles.Of(column, share);
    }

    double[] FitLevels(ReadOnlySpan<double> history, double[] column, out float[] scaled)
    {
        int n = column.Length;
        double[] scratch = new double[n];
        for (int j = 0; j < Metrics; j++)
        {
            for (int t = 0; t < n; t++)
            {
                column[t] = history[(t * Metrics) + j];
            }

            Values[j] = RobustScale.Of(column, scratch, 0.02);
        }

        scaled = new float[n * Metrics];
        for (int t = 0; t < n; t++)
        {
            Scale(history.Slice(t * Metrics, Metrics), scaled.AsSpan(t * Metrics, Metrics));
        }

        _levels = Whitening.Fit(scaled, Metrics);
        return Distances(_levels, scaled);
    }

    double[] FitSteps(float[] scaled, double[] column)
    {
        int n = column.Length;
        double[] scratch = new double[n];
        for (int j = 0; j < Metrics; j++)
        {
            column[0] = 0;
            for (int t = 1; t < n; t++)
            {
                column[t] = scaled[(t * Metrics) + j] - scaled[((t - 1) * Metrics) + j];
            }

            Steps[j] = RobustScale.Of(column, scratch, 1, Values[j].SpreadMin / Values[j].Spread);
        }

        float[] steps = new float[scaled.Length];
        for (int t = 0; t < n; t++)
        {
            var now = scaled.AsSpan(t * Metrics, Metrics);
            var before = t == 0 ? now : scaled.AsSpan((t - 1) * Metrics, Metrics);
            ScaleSteps(before, now, steps.AsSpan(t * Metrics, Metrics));
        }

        _steps = Whitening.Fit(steps, Metrics);
        return Distances(_steps, steps);
    }

    float[] FitMoves(ReadOnlySpan<double> history, int lag, double[] column)
    {
        float[] moves = new float[history.Length];
        double[] move = new double[Metrics];
        for (int t = lag; t < column.Length; t++)
        {
            for (int j = 0; j < Metrics; j++)
            {
                move[j] = history[(t * Metrics) + j] - history[((t - lag) * Metrics) + j];
                move[j] = double.IsFinite(move[j]) ? move[j] : 0;
            }

            ScaleMoves(move, moves.AsSpan(t * Metrics, Metrics));
        }

        for (int j = 0; j < Metrics; j++)
        {
            Change.SetMove(j, Rare(moves, j, Metrics, column, 0.99));
        }

        return moves;
    }

    double[] Distances(Whitening whitening, float[] rows)
    {
        double[] distances = new double[rows.Length / Metrics];
        for (int t = 0; t < distances.Length; t++)
        {
            distances[t] = whitening.Distance(rows.AsSpan(t * Metrics, Metrics));
        }

        return distances;
    }

    double[] FitUsual(
        ReadOnlySpan<float> distances,
        ReadOnlySpan<float> moves,
        LastingMoves lasting,
        double[] level,
        double[] step,
        double[] column,
        double stepSeconds)
    {
        int n = column.Length, all = n * Metrics;
        double[] parts = new double[n * ChangeScore.Parts];
        float[] sizes = new float[Metrics];
        for (int t = 0; t < n; t++)
        {
            Change.SizeMoves(moves.Slice(t * Metrics, Metrics), sizes);
            Change.Summarise(
                distances.Slice(t * Metrics, Metrics),
                distances.Slice(all + (t * Metrics), Metrics),
                distances.Slice((2 * all) + (t * Metrics), Metrics),
                distances.Slice((3 * all) + (t * Metrics), Metrics),
                moves.Slice(t * Metrics, Metrics),
                level[t],
                step[t],
                lasting.Judge(sizes, learns: true),
                parts.AsSpan(t * ChangeScore.Parts, ChangeScore.Parts));
        }

        for (int part = 0; part < ChangeScore.Parts; part++)
        {
            for (int t = 0; t < n; t++)
            {
                column[t] = parts[(t * ChangeScore.Parts) + part];
            }

            double median = Quantiles.Of(column, 0.5);
            Change.SetUsual(part, median, Quantiles.OfSorted(column, ChangeScore.HighOf(part)));
        }

        for (int t = 0; t < n; t++)
        {
            column[t] = Change.Of(parts.AsSpan(t * ChangeScore.Parts, ChangeScore.Parts));
        }

        FitOwn(column, AlarmLine.RowsPerQuarter(stepSeconds));
        double[] changes = new double[n];
        for (int t = 0; t < n; t++)
        {
            changes[t] = Change.Of(parts.AsSpan(t * ChangeScore.Parts, ChangeScore.Parts));
        }

        return changes;
    }

    /// <summary>How nervous the host is by itself: the typical largest change of a quarter day.</summary>
    void FitOwn(double[] changes, int rowsPerQuarter)
    {
        int quarters = changes.Length / rowsPerQuarter;
        if (quarters < QuartersMin)
        {
            return;
        }

        double[] maxima = new double[quarters];
        for (int i = 0; i < quarters; i++)
        {
            foreach (double change in changes.AsSpan(i * rowsPerQuarter, rowsPerQuarter))
            {
                maxima[i] = Math.Max(maxima[i], change);
            }
        }

        Change.SetOwn(Quantiles.Of(maxima, 0.4), Math.Min(1, quarters / QuartersForBelief));
    }

    double FitLevel(double[] level, double[] step, double[] column)
    {
        level.CopyTo(column, 0);
        _levelUsual = Math.Max(UsualMin, Quantiles.Of(column, 0.9));
        step.CopyTo(column, 0);
        _stepUsual = Math.Max(UsualMin, Quantiles.Of(column, 0.9));
        double smoothed = LevelCubed(level[0], step[0]);
        for (int t = 0; t < column.Length; t++)
        {
            smoothed += LevelWeight * (LevelCubed(level[t], step[t]) - smoothed);
            column[t] = Math.Cbrt(smoothed);
        }

        _levelRare = Math.Max(UsualMin, Quantiles.Of(column, 0.99));
        return smoothed;
    }
}

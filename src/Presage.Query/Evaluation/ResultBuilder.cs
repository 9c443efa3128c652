using Presage.Metrics;

namespace Presage.Query.Evaluation;

/// <summary>Turns the last stream of series into a result that belongs to the caller.</summary>
static class ResultBuilder
{
    public static QueryResult Result(
        QueryRun run, QueryResultKind kind, long timestampMs, IReadOnlyList<QuerySeries> series, double scalar,
            string text) =>
        new()
        {
            Kind = kind,
            TimestampMs = timestampMs,
            Series = series,
            Scalar = scalar,
            Text = text,
            Warnings = run.Warnings,
            Infos = run.Infos,
            Statistics = run.Statistics,
        };

    /// <summary>The points of the only step, in the order the expression gives.</summary>
    public static List<QuerySeries> Vector(Frame frame, VectorPlan plan)
    {
        long[] time = [frame.StartMs];
        List<QuerySeries> result = [];
        foreach (var series in Final(frame, plan))
        {
            double value = series.Values[0];
            if (series.Histograms?[0] is { } histogram)
            {
                result.Add(new QuerySeries(FinalLabels(frame.Run, series), time, [double.NaN], [histogram]));
            }
            else if (!Point.IsAbsent(value))
            {
                result.Add(new QuerySeries(FinalLabels(frame.Run, series), time, [value]));
            }

            frame.Return(series.Values);
        }

        return result;
    }

    /// <summary>All points, sorted by labels. Series without gaps share one column of timestamps.</summary>
    public static List<QuerySeries> Matrix(Frame frame, VectorPlan plan)
    {
        long[] grid = new long[frame.Steps];
        for (int i = 0; i < grid.Length; i++)
        {
            grid[i] = frame.TimeMs(i);
        }

        List<QuerySeries> result = [];
        foreach (var series in Final(frame, plan))
        {
            frame.Run.ThrowIfCancelled();
            if (Compact(series, grid, FinalLabels(frame.Run, series)) is { } compact)
            {
                result.Add(compact);
            }
        }

        result.Sort(static (a, b) => a.Labels.CompareTo(b.Labels));
        return result;
    }

    /// <summary>The samples of a range expression's window, as they are.</summary>
    public static List<QuerySeries> Samples(Frame frame, RangePlan plan)
    {
        var windows = plan.WindowsIn(frame);
        var columns = frame.Run.RentColumns();
        List<QuerySeries> result = [];
        foreach (var series in plan.Scan(frame, columns))
        {
            var set = new WindowSet(columns, windows, frame);
            int start = set.Starts[0], end = set.Ends[0];
            if (end > start)
            {
                frame.Run.Hold(2L * (end - start));
                result.Add(new QuerySeries(
                    FinalLabels(frame.Run, series), set.TimestampsMs[start..end].ToArray(),
                    set.Values[start..end].ToArray(),
                    columns.HasHistograms ? columns.Histograms[start..end].ToArray() : null));
            }
        }

        result.Sort(static (a, b) => a.Labels.CompareTo(b.Labels));
        return result;
    }

    /// <summary>With delayed removal of names, the end of the query is where series may become equal.</summary>
    static IEnumerable<StepSeries> Final(Frame frame, VectorPlan plan)
    {
        if (!frame.Run.DelaysNameRemoval)
        {
            return plan.Evaluate(frame);
        }

        var merged = new Dictionary<LabelSet, int>();
        List<StepSeries> result = [];
        foreach (var series in plan.Evaluate(frame))
        {
            MergePlan.Add(
                frame, merged, result, new StepSeries(
                    FinalLabels(frame.Run, series), series.Values, histograms: series.Histograms));
        }

        return result;
    }

    static LabelSet FinalLabels(QueryRun run, in StepSeries series) =>
        series.NameDropped ? run.WithoutName(series.RawLabels) : series.RawLabels;

    static QuerySeries? Compact(in StepSeries series, long[] grid, LabelSet labels)
    {
        double[] values = series.Values;
        int present = 0;
        for (int i = 0; i < values.Length; i++)
        {
            present += series.IsPresent(i) ? 1 : 0;
        }

        if (present == values.Length)
        {
            return new QuerySeries(labels, grid, values, series.Histograms);
        }

        if (present == 0)
        {
            return null;
        }

        long[] times = new long[present];
        double[] kept = new double[present];
        var histograms = series.Histograms is null ? null : new NativeHistogram?[present];
        int at = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (series.IsPresent(i))
            {
                if (histograms is not null)
                {
                    histograms[at] = series.Histograms![i];
                }

                times[at] = grid[i];
                kept[at++] = values[i];
            }
        }

        return new QuerySeries(labels, times, kept, histograms);
    }
}

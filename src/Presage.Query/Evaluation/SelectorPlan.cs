// Hot path: per sample, one comparison of two pointers; no allocation but the column that is yielded.
using System.Runtime.CompilerServices;
using Presage.Metrics;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>
/// An instant selector: at each step the newest sample of the lookback window, unless that is a staleness marker.
/// </summary>
sealed class SelectorPlan(
    VectorSelector selector, bool ofTimestamps, SeriesOrder order, bool forStatistics = false, bool numbersOnly = false,
    bool ofStarts = false) : VectorPlan
{
    public override bool SharesName { get; } = selector.Matchers.Any(
        m => m.Name == LabelNames.MetricName && m.Operator == MatchOperator.Equal);

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var run = frame.Run;
        var (first, step) = Shift.Of(selector.Shift, frame);
        long last = first + (step * (frame.Steps - 1));
        var range = new TimeRange(first - run.LookbackMs + 1, last);
        long lookback = run.LookbackMs;
        IReadOnlyList<ISampleSeries> all;
        if (Rollups.Choose(run, selector.Matchers, range, lookback, selector.Span) is { } choice)
        {
            // The newest bucket that has ended stands for the time since.
            lookback = Math.Max(lookback, 2 * choice.Tier.StepMs());
            range = range with { FromMs = first - lookback + 1 };
            all = Rollups.Select(run, selector.Matchers, range, choice, RollupField.Last);
        }
        else
        {
            all = run.Select(selector.Matchers, range, order);
        }

        // At one step the newest sample is all that is asked for; how histograms reset shows in the ones before.
        var part = frame.Steps == 1 && !forStatistics ? ScanPart.Newest : ScanPart.All;
        return SeriesScan.Run(frame, all, range, part, (series, worker, values) =>
        {
            long its = series is RollupSamples ? lookback : run.LookbackMs;
            return ofStarts ? FillStarts(worker.Columns, first, step, its, values, series.Labels)
                : worker.Columns.HasHistograms ? FillMixed(worker.Columns, series.Labels, frame, values)
                : Fill(worker.Columns, first, step, its, values) ? new StepSeries(series.Labels, values)
                : null;
        });
    }

    /// <summary>The same for a series with native histograms; histograms stand beside the values.</summary>
    StepSeries FillMixed(SampleColumns columns, LabelSet labels, Frame frame, double[] values)
    {
        var (first, step) = Shift.Of(selector.Shift, frame);
        if (numbersOnly)
        {
            throw new PromQlExecutionException($"this should be an info metric, with float samples: {labels}");
        }

        Fill(columns, first, step, frame.Run.LookbackMs, values);
        if (ofTimestamps)
        {
            return new StepSeries(labels, values);
        }

        frame.Run.Hold(frame.Steps);
        var histograms = new NativeHistogram?[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (SampleValue.IsHistogramMark(values[i]))
            {
                int found = columns.TimestampsMs.BinarySearch(first + (i * step));
                int at = found < 0 ? ~found - 1 : found;
                histograms[i] = forStatistics
                    ? HistogramHints.Of(columns, at)
                    : columns.Histograms[at];
                values[i] = Point.Absent;
            }
        }

        return new StepSeries(labels, values, histograms: histograms);
    }

    /// <summary>Since when the newest sample counts, in seconds; 0 where that is unknown.</summary>
    StepSeries? FillStarts(
        SampleColumns columns, long first, long step, long lookback, double[] result, LabelSet labels)
    {
        // The place of each step's sample, by its time.
        bool any = Fill(columns, first, step, lookback, result);
        for (int i = 0; i < result.Length; i++)
        {
            if (!Point.IsAbsent(result[i]))
            {
                int at = columns.TimestampsMs.BinarySearch((long)Math.Round(result[i] * 1000));
                result[i] = columns.HasStarts ? columns.StartsMs[at] / 1000.0 : 0;
            }
        }

        return any ? new StepSeries(labels, result) : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    bool Fill(SampleColumns columns, long first, long step, long lookback, Span<double> result)
    {
        var times = columns.TimestampsMs;
        var samples = columns.Values;
        int next = 0;
        bool any = false;
        for (int i = 0; i < result.Length; i++)
        {
            long now = first + (i * step);
            while (next < times.Length && times[next] <= now)
            {
                next++;
            }

            int at = next - 1;
            if (at < 0 || times[at] <= now - lookback || SampleValue.IsStale(samples[at]))
            {
                result[i] = Point.Absent;
                continue;
            }

            result[i] = ofTimestamps ? times[at] / 1000.0 : samples[at];
            any = true;
        }

        return any;
    }
}

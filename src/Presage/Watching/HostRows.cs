using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Query;

namespace Presage.Watching;

/// <summary>
/// All vital signs of a host at one time, evaluated over most of a minute (or four of the host's cadences): a row
/// of the signal that <see cref="WholeHost"/> watches. Live rows, rows of history and rows between two minutes come
/// from the same queries, so they compare.
/// </summary>
sealed class HostRows(
    IReadOnlyList<VitalPlan> plans, PromQlEngine engine, ISampleSource source, VitalInputs? inputs = null)
{
    /// <summary>Rows of one query: six hours of minutes.</summary>
    const int RowsPerQuery = 360;

    /// <summary>A column has values in this share of a history's rows at least.</summary>
    const double PresenceMin = 0.2;

    /// <summary>At this cadence rates are taken over 40 s: most of a minute, and soon enough to notice.</summary>
    static readonly TimeSpan CadenceMin = TimeSpan.FromSeconds(10);

    /// <summary>The cadence whose queries make the rows of a host.</summary>
    public static TimeSpan CadenceFor(TimeSpan cadence) => cadence > CadenceMin ? cadence : CadenceMin;

    /// <summary>The distance of a host's rows: a minute, or its cadence rounded up to whole minutes.</summary>
    public static long StepMsFor(TimeSpan cadence) =>
        60_000 * Math.Max(1, (long)Math.Ceiling((cadence.TotalSeconds - 6) / 60));

    /// <summary>
    /// Writes the row of one time; NaN where there is no value. False when that is no row: without values, or with too
    /// few samples for rates.
    /// </summary>
    public bool At(long timestampMs, HostColumns columns, Span<double> row, CancellationToken cancellationToken)
    {
        row.Fill(double.NaN);
        bool any = false;
        for (int number = 0; number < plans.Count; number++)
        {
            var plan = plans[number];
            if (inputs?.TryEvaluate(number, timestampMs, out var labels, out var values) == true)
            {
                for (int i = 0; i < values.Length; i++)
                {
                    string per = plan.Vital.Per is null ? "" : labels[i][plan.Vital.Per];
                    if (double.IsFinite(values[i]) && columns.Of(plan.Vital, per) is >= 0 and int at)
                    {
                        row[at] = plan.Vital.Clamp(values[i]);
                        any |= plan.Vital.IsRate || !columns.HasRates;
                    }
                }

                continue;
            }

            foreach (var series in engine.Instant(plan.Value, timestampMs, source, cancellationToken).Series)
            {
                if (columns.Of(plan.Vital, PerOf(plan, series)) is >= 0 and int column)
                {
                    row[column] = plan.Vital.Clamp(series.Value);
                    any |= plan.Vital.IsRate || !columns.HasRates;
                }
            }
        }

        return any;
    }

    /// <summary>
    /// The rows of a stretch of time, those without any value left out: gaps do not teach. The columns are given, or
    /// else all that are there often enough.
    /// </summary>
    /// <param name="progress">Told after each six hours how much is done, 0 to 1.</param>
    public RowHistory Between(
        long fromMs,
        long toMs,
        long stepMs,
        HostColumns? columns,
        Action<double>? progress,
        CancellationToken cancellationToken)
    {
        var found = new Dictionary<(VitalSign Vital, string Per), double[]>();
        int rows = toMs < fromMs ? 0 : (int)((toMs - fromMs) / stepMs) + 1;
        for (int first = 0; first < rows; first += RowsPerQuery)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(RowsPerQuery, rows - first);
            long startMs = fromMs + (first * stepMs);
            foreach (var plan in plans)
            {
                var result = engine.Range(
                    plan.Value, startMs, startMs + ((count - 1) * stepMs), stepMs, source, cancellationToken);
                foreach (var series in result.Series)
                {
                    Take(plan, series, fromMs, stepMs, rows, found);
                }
            }

            progress?.Invoke((first + count) / (double)rows);
        }

        return RowHistory.Of(found, rows, columns, PresenceMin, fromMs, stepMs);
    }

    static void Take(
        VitalPlan plan,
        QuerySeries series,
        long fromMs,
        long stepMs,
        int rows,
        Dictionary<(VitalSign Vital, string Per), double[]> found)
    {
        var key = (plan.Vital, PerOf(plan, series));
        if (!found.TryGetValue(key, out double[]? column))
        {
            column = new double[rows];
            Array.Fill(column, double.NaN);
            found.Add(key, column);
        }

        var times = series.TimestampsMs;
        var values = series.Values;
        for (int i = 0; i < times.Length; i++)
        {
            column[(times[i] - fromMs) / stepMs] =
                double.IsFinite(values[i]) ? plan.Vital.Clamp(values[i]) : double.NaN;
        }
    }

    static string PerOf(VitalPlan plan, QuerySeries series) =>
        plan.Vital.Per is null ? "" : series.Labels[plan.Vital.Per];
}

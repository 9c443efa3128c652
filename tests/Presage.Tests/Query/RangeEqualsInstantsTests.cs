using CsCheck;
using Presage.Metrics;
using Presage.Query;
using Presage.Query.Scripts;
using Xunit;

namespace Presage.Tests.Query;

public sealed class RangeEqualsInstantsTests
{
    const long StepMs = 25_000;

    const int Steps = 30;

    static readonly Gen<double> Value = Gen.Frequency(
        (8, Gen.Int[-3, 9].Select(i => (double)i)),
        (2, Gen.Double[-50, 50]),
        (1, QueryGen.OneOf(double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0)),
        (1, Gen.Const(SampleValue.StaleMarker)));

    static readonly Gen<List<(long TimeMs, double Value)>> Samples =
        Gen.Select(Gen.Long[0, 60_000], Value).List[0, 40].Select(gaps =>
        {
            long time = 0;
            return gaps.Select(g => (time += g.Item1 / 1000 * 500, g.Item2)).ToList();
        });

    static readonly Gen<ScriptSamples> Source = Samples.Array[13].Select(columns =>
    {
        var source = new ScriptSamples();
        string[] names = ["m", "n", "c_total"];
        for (int i = 0; i < columns.Length; i++)
        {
            var labels = i < 9
                ? LabelSet.OfMetric(names[i / 3], new Label("a", i % 3 == 0 ? "1" : "2"), new Label("b", i % 3 == 1
                    ? "x" : "y"))
                : LabelSet.OfMetric("h_bucket", new Label("le", i == 12 ? "+Inf" : $"{i - 8}"));
            columns[i].ForEach(s => source.Add(labels, s.TimeMs, s.Value));
        }

        return source;
    });

    static readonly PromQlEngine Engine = new(new QueryLimits { Lookback = TimeSpan.FromMinutes(2) },
        QueryFeatures.ExperimentalFunctions);

    static readonly PromQlEngine DelayingEngine = new(new QueryLimits { Lookback = TimeSpan.FromMinutes(2) },
        QueryFeatures.ExperimentalFunctions | QueryFeatures.DelayedNameRemoval);

    /// <summary>
    /// Which series `limitk` and `limit_ratio` pick depends on the order of all series of the range, here as in
    /// Prometheus; the test would ask for more than PromQL promises.
    /// </summary>
    static Gen<string> Vectors(int depth) => QueryGen.Vector(depth)
        .Where(static query => !query.Contains("limit"));

    [Fact]
    public void A_range_query_gives_at_each_step_what_an_instant_query_gives() =>
        Gen.Select(Vectors(3), Source).Sample((query, source) => Compare(Engine, query, source), iter: 1500);

    /// <summary>
    /// Without `or`: where its sides give the same labels, one with its name to be removed and one without, a range
    /// joins them into one series (as Prometheus does), and an instant sees only one of them.
    /// </summary>
    [Fact]
    public void The_same_holds_with_delayed_name_removal() =>
        Gen.Select(Vectors(2).Where(static query => !query.Contains(" or ")), Source).Sample((query, source) =>
            Compare(DelayingEngine, query, source), iter: 500);

    static bool Compare(PromQlEngine engine, string text, ScriptSamples source)
    {
        var query = engine.Prepare(text);
        var range = Run(() => engine.Range(query, 0, StepMs * (Steps - 1), StepMs, source, CancellationToken.None));
        for (int step = 0; step < Steps; step++)
        {
            var instant = Run(() => engine.Instant(query, step * StepMs, source, CancellationToken.None));
            if (range is null)
            {
                // The range fails when any of its steps does; which one, the error does not say.
                if (instant is null)
                {
                    return true;
                }

                continue;
            }

            if (instant is null)
            {
                throw new InvalidOperationException($"step {step} fails but the range does not: {text}");
            }

            Same(text, step, instant, range);
        }

        // Errors that are checked over the whole range may show at no single step.
        return range is not null || text.Contains("h_bucket", StringComparison.Ordinal)
            ? true
            : throw new InvalidOperationException($"the range fails but no step does: {text}");
    }

    static QueryResult? Run(Func<QueryResult> run)
    {
        try
        {
            return run();
        }
        catch (PromQlExecutionException)
        {
            return null;
        }
    }

    static void Same(string text, int step, QueryResult instant, QueryResult range)
    {
        var expected = instant.Series.ToDictionary(s => s.Labels, s => s.Value);
        foreach (var series in range.Series)
        {
            int at = series.TimestampsMs.BinarySearch(step * StepMs);
            if (at < 0)
            {
                continue;
            }

            if (!expected.Remove(series.Labels, out double value) || !Near(value, series.Values[at]))
            {
                throw new InvalidOperationException(
                    $"{text} at step {step}: {series.Labels} is {value} at the instant, "
                    + $"{series.Values[at]} in the range");
            }
        }

        if (expected.Count > 0)
        {
            throw new InvalidOperationException($"{text} at step {step}: only the instant has {expected.First().Key}");
        }
    }

    static bool Near(double a, double b) => a == b || (double.IsNaN(a) && double.IsNaN(b))
        || Math.Abs(a - b) <= 1e-9 * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b)));
}

using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Query;
using Presage.Tests.Support;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>
/// The short way to the vital signs says what the queries say: over gaps, resets, series that come and go.
/// </summary>
public sealed class VitalInputsTests
{
    const long CadenceMs = 10_000;

    [Theory]
    [InlineData(1, CadenceMs)]
    [InlineData(2, CadenceMs)]
    [InlineData(3, CadenceMs)]
    [InlineData(4, 5_000)]
    [InlineData(5, 3_000)]
    [InlineData(6, 1_000)]
    public async Task Newest_samples_say_what_the_queries_say_also_while_they_come_faster_than_is_known(
        int seed, int everyMs)
    {
        await using var server = new WatchedServer();
        var random = new SeededGenerator((ulong)seed);
        var plans = new VitalPlans(VitalCatalogue.Default, server.Engine);
        var cadence = TimeSpan.FromMilliseconds(CadenceMs);
        var engine = plans.EngineFor(cadence);
        var inputs = new VitalInputs(server.Store.Follow("web1"));
        var host = new SimulatedHost("web1:9100", (ulong)seed);
        int compared = 0;
        for (int step = 0; step < 120; step++)
        {
            server.Time.Advance(TimeSpan.FromMilliseconds(step < 30 ? CadenceMs : everyMs));
            double what = random.Uniform();
            if (what < 0.05)
            {
                // A lost scrape.
                continue;
            }

            // An exporter that starts anew: its counters count from zero.
            host = what is > 0.05 and < 0.07 ? new SimulatedHost("web1:9100", (ulong)(seed + step)) : host;
            host.HasDisk = what > 0.1;
            host.CpuUse = random.Uniform();
            await server.AppendAsync([host], server.NowMs - (long)(everyMs / 20 * random.Uniform()));
            compared += Compare(
                server, plans.For(cadence), engine, inputs, step % 3 * CadenceMs, isDense: everyMs < 2_000);
        }

        Assert.InRange(compared, 1_000, int.MaxValue);
    }

    static int Compare(
        WatchedServer server,
        IReadOnlyList<VitalPlan> plans,
        PromQlEngine engine,
        VitalInputs inputs,
        long behindMs,
        bool isDense)
    {
        var source = server.Store.ForHost("web1");
        inputs.Follow(plans, source, server.NowMs, CadenceMs, (long)engine.Limits.Lookback.TotalMilliseconds);
        long atMs = server.NowMs - behindMs;
        int compared = 0;
        for (int number = 0; number < plans.Count; number++)
        {
            var expected = engine.Instant(plans[number].Value, atMs, source, CancellationToken.None).Series;
            if (!inputs.TryEvaluate(number, atMs, out var labels, out var values))
            {
                Assert.True(isDense, $"{plans[number].Vital.Id} is left to the engine.");
                continue;
            }

            var seen = new Dictionary<LabelSet, double>();
            for (int i = 0; i < values.Length; i++)
            {
                if (!double.IsNaN(values[i]))
                {
                    seen.Add(labels[i], values[i]);
                }
            }

            foreach (var series in expected.Where(static series => !double.IsNaN(series.Value)))
            {
                Assert.True(seen.Remove(series.Labels, out double value), $"{plans[number].Vital.Id} {series.Labels}");
                Assert.Equal(series.Value, value, 1e-9 * Math.Max(1, Math.Abs(series.Value)));
                compared++;
            }

            Assert.Empty(seen);
        }

        return compared;
    }

    [Theory]
    [InlineData("topk(1, a)")]
    [InlineData("rate(a[1m] offset 1m)")]
    [InlineData("a > bool 1")]
    [InlineData("a and b")]
    [InlineData("sum without (x) (a)")]
    [InlineData("a * on (x) b")]
    public void What_says_too_much_is_left_to_the_engine(string query) =>
        Assert.Null(StandingQuery.Of(new PromQlEngine(new QueryLimits()).Prepare(query)));

    [Fact]
    public void Every_vital_sign_has_the_short_way()
    {
        var engine = new PromQlEngine(new QueryLimits());
        foreach (var vital in VitalCatalogue.Default.Vitals)
        {
            string? query = vital.ValueQuery(VitalSign.NodeSource, TimeSpan.FromSeconds(10));
            Assert.NotNull(StandingQuery.Of(engine.Prepare(query!)));
        }
    }
}

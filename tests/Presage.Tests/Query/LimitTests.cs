using Presage.Metrics;
using Presage.Query;
using Presage.Query.Scripts;
using Xunit;

namespace Presage.Tests.Query;

public sealed class LimitTests
{
    static readonly ScriptSamples Source = Fill();

    [Theory]
    [InlineData("m", 0, 11_000_000, 1000, "exceeded maximum resolution of 11,000 points per timeseries")]
    [InlineData("m", 0, 1000, 0, "zero or negative query resolution step widths are not accepted")]
    [InlineData("m", 1000, 0, 1000, "end timestamp must not be before start time")]
    public void Refuses_grids_that_are_no_grids(string query, long start, long end, long step, string message)
    {
        var engine = new PromQlEngine(new QueryLimits());

        var error = Assert.Throws<ArgumentException>(
            () => engine.Range(engine.Prepare(query), start, end, step, Source, CancellationToken.None));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m", true)]
    [InlineData("sum(m)", false)]
    [InlineData("max_over_time(m[1y:1ms])", true)]
    public void Bounds_what_is_held_and_not_what_streams(string query, bool refused)
    {
        var engine = new PromQlEngine(new QueryLimits { SamplesMax = 1000 });
        var prepared = engine.Prepare(query);
        var error = Record.Exception(
            () => engine.Range(prepared, 0, 99_000, 1000, Source, CancellationToken.None));

        Assert.Equal(refused, error is PromQlExecutionException);
    }

    [Fact]
    public void A_cancelled_query_ends()
    {
        var engine = new PromQlEngine(new QueryLimits());

        Assert.Throws<OperationCanceledException>(
            () => engine.Instant(engine.Prepare("sum(m)"), 0, Source, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void One_prepared_query_serves_many_threads()
    {
        var engine = new PromQlEngine(new QueryLimits());
        var query = engine.Prepare("sum by (i) (rate(m[30s])) / on(i) sum by (i) (m)");
        double[] sums = new double[16];

        Parallel.For(0, sums.Length, i => sums[i] = engine.Range(
            query, 0, 99_000, 1000, Source, CancellationToken.None).Series.Sum(s => s.Values.ToArray().Sum()));

        Assert.Single(sums.Distinct());
    }

    static ScriptSamples Fill()
    {
        var source = new ScriptSamples();
        for (int i = 0; i < 50; i++)
        {
            for (int t = 0; t < 100; t++)
            {
                source.Add(LabelSet.OfMetric("m", new Label("i", $"{i}")), t * 1000, t + i + 1);
            }
        }

        return source;
    }
}

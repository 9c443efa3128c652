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

    [Theory]
    [InlineData(99_998, null)]
    [InlineData(100_000, "query of 100001 characters is longer than 100000")]
    public void Bounds_the_length_of_a_query(int blanks, string? message)
    {
        var error = Record.Exception(
            () => new PromQlEngine(new QueryLimits()).Prepare(new string(' ', blanks) + "m"));

        Assert.True(message is null ? error is null : error!.Message.Contains(message), error?.Message);
    }

    [Theory]
    [InlineData(150, true)]
    [InlineData(250, false)]
    public void Bounds_the_depth_of_nesting(int depth, bool accepted)
    {
        string query = new string('(', depth) + "m" + new string(')', depth);

        var error = Record.Exception(() => new PromQlEngine(new QueryLimits()).Prepare(query));

        Assert.Equal(accepted, error is null);
        Assert.True(accepted || error!.Message.Contains("nested deeper than 200 levels"), error?.Message);
    }

    [Theory]
    [InlineData(49, true)]
    [InlineData(51, false)]
    public void Bounds_the_parts_of_a_duration(int parts, bool accepted)
    {
        var engine = new PromQlEngine(new QueryLimits(), QueryFeatures.DurationExpressions);

        string sum = string.Join("+", Enumerable.Repeat("1s", parts));
        var error = Record.Exception(() => engine.Prepare($"m offset ({sum})"));

        Assert.Equal(accepted, error is null);
    }

    [Theory]
    [InlineData("m{i=~\"(a+)+b\"}")]
    [InlineData("m{i!~\"(a|a)*b\"}")]
    [InlineData("label_replace(m, \"x\", \"$1\", \"i\", \"(a+)+b\")")]
    public void Patterns_take_time_in_proportion_to_the_text(string query)
    {
        var source = new ScriptSamples();
        source.Add(LabelSet.OfMetric("m", new Label("i", new string('a', 20_000))), 0, 1);
        var engine = new PromQlEngine(new QueryLimits());
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        // A matcher that goes back and tries again would take twice the time per character.
        engine.Instant(engine.Prepare(query), 0, source, cancel.Token);

        Assert.False(cancel.IsCancellationRequested);
    }

    [Theory]
    [InlineData("m{i=~\"(a)\\\\1\"}")]
    [InlineData("m{i=~\"a(?=b)\"}")]
    public void Patterns_that_cannot_be_linear_are_refused(string query) =>
        Assert.ThrowsAny<Exception>(() => new PromQlEngine(new QueryLimits()).Prepare(query));

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

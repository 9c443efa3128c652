using Presage.Metrics;
using Presage.Query;
using Presage.Query.Scripts;
using Xunit;

namespace Presage.Tests.Query;

public sealed class LabelHashTests
{
    static readonly PromQlEngine Engine = new(new QueryLimits(), QueryFeatures.ExperimentalFunctions);

    [Fact]
    public void Two_ratios_that_add_up_share_the_series_among_them()
    {
        var samples = new ScriptSamples();
        for (int i = 0; i < 200; i++)
        {
            string value = new('x', i * 2);
            samples.Add(LabelSet.OfMetric("m", new Label("a", $"{i}"), new Label("b", value)), 0, i);
        }

        var first = Chosen("limit_ratio(0.3, m)", samples);
        var rest = Chosen("limit_ratio(-0.7, m)", samples);

        Assert.InRange(first.Count, 40, 80);
        Assert.Equal(200, first.Count + rest.Count);
        Assert.Empty(first.Intersect(rest));
    }

    static HashSet<LabelSet> Chosen(string query, ScriptSamples samples) =>
        [.. Engine.Instant(Engine.Prepare(query), 0, samples, CancellationToken.None).Series.Select(s => s.Labels)];
}

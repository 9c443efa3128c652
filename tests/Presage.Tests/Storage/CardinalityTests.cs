using CsCheck;
using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>The counts of active series against counting them one by one.</summary>
public sealed class CardinalityTests
{
    static readonly Gen<LabelSet> Labels =
        from name in Gen.Int[0, 3]
        from host in Gen.Int[0, 20]
        from device in Gen.Int[0, 5]
        from mode in Gen.Int[0, 2]
        select LabelSet.Of(
        [
            new Label("__name__", $"metric{name}"), new Label("host", $"h{host}"), new Label("device", $"d{device}"),
            .. mode == 0 ? Array.Empty<Label>() : [new Label("mode", $"m{mode}")],
        ]);

    [Fact]
    public async Task Counts_are_those_of_counting_one_by_one() =>
        await Labels.Array[1, 60].SampleAsync(async all =>
        {
            var series = all.Distinct().ToArray();
            await using var fixture = new StoreFixture();
            var batch = new SampleBatch();
            foreach (var labels in series)
            {
                batch.AddSeries(labels.ToKey());
                batch.AddSample(StoreFixture.StartMs, 1);
            }

            await fixture.Store.AppendAsync(batch, TestContext.Current.CancellationToken);
            var report = fixture.Store.CountSeries(1000);

            Assert.Equal(series.Length, report.Series);
            Assert.Equal(
                Counted(series.Select(static s => s.MetricName)),
                report.Metrics.Select(static m => (m.Name, m.Series)).Order());
            Assert.Equal(
                Counted(series.Select(static s => s["host"])),
                report.Hosts.Select(static h => (h.Name, h.Series)).Order());
            Assert.Equal(
                Counted(series.SelectMany(static s => s.Labels.ToArray()).Select(static l => l.Name)),
                report.Labels.Select(static l => (l.Name, l.Series)).Order());
            Assert.Equal(
                Counted(series.SelectMany(static s => s.Labels.ToArray()).Distinct().Select(static l => l.Name)),
                report.Labels.Select(static l => (l.Name, l.Values)).Order());
            Assert.Equal(
                Counted(series.SelectMany(static s => s.Labels.ToArray()).Where(static l => l.Name != "__name__")
                    .Select(static l => $"{l.Name}={l.Value}")),
                report.Pairs.Select(static p => ($"{p.Name}={p.Value}", p.Series)).Order());
            Assert.Equal(report.Pairs, report.Pairs.OrderByDescending(static p => p.Series));
            Assert.Equal(report.Pairs.Take(2), fixture.Store.CountSeries(2).Pairs);
        }, iter: 40);

    static IEnumerable<(string, long)> Counted(IEnumerable<string> names) =>
        names.GroupBy(static n => n).Select(static g => (g.Key, (long)g.Count())).Order();
}

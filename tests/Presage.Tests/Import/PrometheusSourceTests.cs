using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Configuration;
using Presage.Import;
using Presage.Metrics;
using Presage.Query;
using Presage.Storage;
using Presage.Tests.Server;
using Xunit;

namespace Presage.Tests.Import;

/// <summary>From a server without remote read: Presage itself is one.</summary>
public sealed class PrometheusSourceTests
{
    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly long StartMs = Start.ToUnixTimeMilliseconds();

    [Fact]
    public async Task A_server_without_remote_read_is_asked_by_queries_and_no_sample_is_lost()
    {
        var time = new FakeTimeProvider(Start);
        await using var server = await ServerFixture.StartAsync(time, AuthenticationMode.None);
        var expected = new List<(string, long, double)>();
        double[] special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 1e-300, 0.1 + 0.2];
        for (int i = 0; i < 600; i++)
        {
            time.Advance(TimeSpan.FromSeconds(7));
            var batch = new SampleBatch();
            foreach (string path in (string[])["/", "a\\b", "say \"hi\""])
            {
                var labels = LabelSet.OfMetric("disk", new Label("instance", "a"), new Label("path", path));
                batch.AddSeries(labels.ToKey());
                double value = i < special.Length ? special[i] : i;
                batch.AddSample(StartMs + (i * 7001), value);
                expected.Add((labels.ToString(), StartMs + (i * 7001), value));
            }

            batch.AddSeries(LabelSet.OfMetric("other", new Label("instance", "b")).ToKey());
            batch.AddSample(StartMs + (i * 7001), i);
            await server.Part<SampleStore>().AppendAsync(batch, CancellationToken.None);
        }

        var target = await ImportAsync(server, "{instance=\"a\"}", StartMs, StartMs + 86_400_000);

        Assert.Equal(expected.Order(), target.Samples.Order());
        long from = StartMs + (10 * 7001), to = StartMs + (20 * 7001);
        target = await ImportAsync(server, "other", from, to);
        Assert.Equal(
            Enumerable.Range(10, 11).Select(static i => (double)i), target.Samples.Select(static s => s.Value));
    }

    [Fact]
    public async Task A_server_that_refuses_is_named()
    {
        await using var server = await ServerFixture.StartSetUpAsync(new FakeTimeProvider(Start));
        var e = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(server, "up", StartMs - 1000, StartMs));
        Assert.Contains("401", e.Message, StringComparison.Ordinal);
    }

    static async Task<CollectingTarget> ImportAsync(ServerFixture server, string selector, long fromMs, long toMs)
    {
        var target = new CollectingTarget();
        using var http = new HttpClient { BaseAddress = server.Server.Listening.Local };
        var matchers = new PromQlEngine(new QueryLimits()).ParseSelector(selector);
        var parts = PrometheusSource.Parts(http, matchers, selector, fromMs, toMs);
        await new ImportRun(parts, target, null, target).RunAsync(CancellationToken.None);
        return target;
    }
}

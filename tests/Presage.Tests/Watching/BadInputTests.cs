using Presage.Metrics;
using Presage.Tests.Support;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>
/// Whatever is sent to the live watcher, of vital signs, the whole host and every series: finite scores, no crash, and
/// nothing that poisons what was learned.
/// </summary>
public sealed class BadInputTests
{
    static readonly double[] NoNumbers = [double.NaN, double.PositiveInfinity, double.NegativeInfinity];
    static readonly double[] Odd = [.. NoNumbers, 1e308, -1e308, 1e-320, 0, -1, 18_446_744_073_709_551_615.0];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Half_an_hour_of_wild_input_gives_finite_scores_and_poisons_nothing(int seed)
    {
        await using var server = new WatchedServer(TimeSpan.FromDays(2), watchesSeries: true);
        var host = new SimulatedHost("web1:9100", (ulong)seed);
        await server.BackfillAsync(host, TimeSpan.FromHours(13), 15);
        await FollowAsync(server, host, TimeSpan.FromMinutes(2));
        Assert.Null(server.Watcher.AnomalyOf("web1"));

        var random = new SeededGenerator((ulong)seed);
        var batch = new SampleBatch();
        host.Twist = (metric, value) => random.Uniform() > 0.05 ? value
            : metric.StartsWith("node_filesystem", StringComparison.Ordinal) ? Any(NoNumbers)
            : Any(Odd);
        for (int i = 0; i < 120; i++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(15));
            double what = random.Uniform();
            long atMs = server.NowMs + (long)(what switch
            {
                // The host's clock jumps ahead, back, and stands still.
                < 0.03 => 240_000 * random.Uniform(),
                < 0.06 => -900_000 * random.Uniform(),
                < 0.1 => -15_000,
                _ => 0,
            });
            if (what < 0.9)
            {
                host.Sample(batch, atMs);
            }

            if (what is > 0.8 and < 0.9)
            {
                host.Sample(batch, atMs);
            }

            // A series for one sample.
            batch.AddSeries(LabelSet.OfMetric(
                "app_once", new Label(LabelNames.Instance, "web1:9100"), new Label("number", $"{i}")).ToKey());
            batch.AddSample(atMs, Any(Odd));
            await server.Store.AppendAsync(batch, CancellationToken.None);
            batch.Clear();
            await server.Watcher.TurnAsync(CancellationToken.None);
            AssertFinite(server);
        }

        host.Twist = null;
        await FollowAsync(server, host, TimeSpan.FromMinutes(30));
        await server.RestartAsync();
        await FollowAsync(server, host, TimeSpan.FromMinutes(10));
        Assert.Null(server.Watcher.AnomalyOf("web1"));
        Assert.Empty(server.Watcher.UnusualOf("web1"));
        AssertStoredFinite(server);

        host.FilesystemUse = 0.95;
        await FollowAsync(server, host, TimeSpan.FromMinutes(2));
        Assert.Contains(server.Watcher.UnusualOf("web1"), static odd => odd.Key.StartsWith("filesystem_use"));

        double Any(double[] values) => values[(int)(random.Uniform() * values.Length)];
    }

    static async Task FollowAsync(WatchedServer server, SimulatedHost host, TimeSpan length)
    {
        var batch = new SampleBatch();
        for (int i = 0; i < length.TotalSeconds / 15; i++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(15));
            host.Sample(batch, server.NowMs);
            await server.Store.AppendAsync(batch, CancellationToken.None);
            batch.Clear();
            await server.Watcher.TurnAsync(CancellationToken.None);
            AssertFinite(server);
        }
    }

    static void AssertFinite(WatchedServer server)
    {
        foreach (var reading in server.Watcher.ReadingsOf("web1"))
        {
            Assert.True(double.IsFinite(reading.Value ?? 0), reading.Key);
            Assert.InRange(reading.Score ?? 0, 0, 1);
            Assert.True(double.IsFinite(reading.Lower ?? 0) && double.IsFinite(reading.Upper ?? 0), reading.Key);
            Assert.True((reading.Lower ?? 0) <= (reading.Upper ?? double.MaxValue), reading.Key);
        }
    }

    /// <summary>All that the watcher has stored is finite, and scores are from 0 to 1.</summary>
    static void AssertStoredFinite(WatchedServer server)
    {
        var all = new TimeRange(0, long.MaxValue);
        var stored = server.Store.Select(
            [new LabelMatcher(LabelNames.MetricName, MatchOperator.RegexMatch, "presage_.*")], all);
        Assert.NotEmpty(stored);
        foreach (var series in stored)
        {
            var columns = new SampleColumns();
            series.Read(all, columns);
            foreach (double value in columns.Values)
            {
                Assert.True(double.IsFinite(value) || SampleValue.IsStale(value), $"{series.Labels}: {value}");
                Assert.True(
                    !series.Labels.MetricName.EndsWith("_score") || value is not (< 0 or > 1), $"{series.Labels}");
            }
        }
    }
}

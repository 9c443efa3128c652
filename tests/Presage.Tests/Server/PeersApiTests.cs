using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Metrics;
using Presage.Storage;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>Hosts compared with their twins.</summary>
public sealed class PeersApiTests
{
    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Tells_the_one_of_eight_whose_memory_is_unlike_the_others()
    {
        var time = new FakeTimeProvider(Start);
        await using var server = await ServerFixture.StartAsync(time, AuthenticationMode.None, static options =>
            options.WatchingEnabled = false);
        var batch = new SampleBatch();
        for (int step = 0; step < 20; step++)
        {
            batch.Clear();
            for (int host = 1; host <= 8; host++)
            {
                Add("presage_vital", host, "memory_use", host == 5 ? 0.97 : 0.40 + (host * 0.002));
                Add("presage_vital", host, "cpu_use", host * 0.01);
                Add("up", host, "", 1);
            }

            await server.Part<SampleStore>().AppendAsync(batch, TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(15));
        }

        foreach (var entry in server.Part<HostRegistry>().Entries)
        {
            entry.Labels = new Dictionary<string, string> { ["role"] = "web" };
        }

        var answer = JsonElement.Parse(await server.Client.GetStringAsync(
            "/api/presage/v1/peers", TestContext.Current.CancellationToken));

        var only = Assert.Single(answer.EnumerateArray());
        Assert.Equal("web-5", only.GetProperty("host").GetString());
        Assert.Equal(8, only.GetProperty("hosts").GetInt32());
        Assert.StartsWith(
            "Memory use of web-5 is 97", only.GetProperty("sentence").GetString(), StringComparison.Ordinal);
        Assert.Contains("its 7 twins (role web) have", only.GetProperty("sentence").GetString());

        void Add(string metric, int host, string vital, double value)
        {
            batch.AddSeries(LabelSet.OfMetric(
                metric, new Label("vital", vital), new Label("host", $"web-{host}")).ToKey());
            batch.AddSample(time.GetUtcNow().ToUnixTimeMilliseconds(), value);
        }
    }
}

using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Metrics;
using Presage.Storage;
using Presage.Tests.Watching;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>Hosts compared with their twins, over HTTP.</summary>
public sealed class PeersApiTests
{
    [Fact]
    public async Task Tells_groups_and_the_one_of_six_whose_memory_is_unlike_the_others()
    {
        var time = new FakeTimeProvider(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var server = await ServerFixture.StartAsync(time, AuthenticationMode.None, static options =>
            options.WatchingEnabled = false);
        var store = server.Part<SampleStore>();
        var watcher = server.Part<Watcher>();
        var hosts = Enumerable.Range(1, 6).Select(static i => new SimulatedHost($"web-{i}:9100", (ulong)i)).ToArray();
        hosts[4].MemoryUse = 0.97;
        var batch = new SampleBatch();
        for (int step = 0; step < 200; step++)
        {
            time.Advance(TimeSpan.FromSeconds(15));
            batch.Clear();
            foreach (var host in hosts)
            {
                host.Sample(batch, time.GetUtcNow().ToUnixTimeMilliseconds());
            }

            await store.AppendAsync(batch, TestContext.Current.CancellationToken);
            await watcher.TurnAsync(TestContext.Current.CancellationToken);
        }

        var listed = await Answer("/api/presage/v1/peers");
        Assert.All(listed.EnumerateArray(), static one => Assert.Equal("web-5", one.GetProperty("host").GetString()));
        var memory = Assert.Single(
            listed.EnumerateArray(), static one => one.GetProperty("key").GetString() == "memory_use");
        Assert.Equal(6, memory.GetProperty("hosts").GetInt32());
        Assert.StartsWith(
            "Memory use of web-5 is 9", memory.GetProperty("sentence").GetString(), StringComparison.Ordinal);
        Assert.Contains("its 5 twins (hosts web*) have ", memory.GetProperty("sentence").GetString());

        var group = Assert.Single((await Answer("/api/presage/v1/peers/groups")).EnumerateArray());
        Assert.Equal(6, group.GetProperty("hosts").GetArrayLength());
        Assert.False(group.GetProperty("byLabel").GetBoolean());
        var twins = (await Answer("/api/presage/v1/hosts/web-5")).GetProperty("twins");
        Assert.Equal("twins", twins.GetProperty("anomaly").GetProperty("kind").GetString());
        Assert.Equal(
            JsonValueKind.Null,
            (await Answer("/api/presage/v1/hosts/web-2")).GetProperty("twins").GetProperty("anomaly").ValueKind);

        async Task<JsonElement> Answer(string path) => JsonElement.Parse(
            await server.Client.GetStringAsync(path, TestContext.Current.CancellationToken));
    }
}

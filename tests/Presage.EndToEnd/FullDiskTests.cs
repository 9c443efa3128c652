using System.Net;
using Presage.EndToEnd.Support;
using Presage.Metrics;
using Xunit;

namespace Presage.EndToEnd;

/// <summary>A really full disk: a small file system of its own, filled and freed.</summary>
[Collection(OneAtATime.Name)]
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_stops_acknowledging_and_recovers_by_itself()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root to mount a small tmpfs");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["disk"]);
        await using var mount = await SmallDisk.MountAsync(folder["disk"], megabytes: 64);
        await using var server = await PresageProcess.StartAsync(
            Path.Combine(folder["disk"], "data"),
            FreePort.Next(),
            "--auth",
            "none",
            "--collect",
            "off"
        );
        using var hook = new HookSink();
        await server.SendAsync(HttpMethod.Post, "/api/presage/v1/channels", WebhookTo(hook));
        var acknowledged = new List<long>();
        await WriteUntilAsync(server, acknowledged, count: 20);

        mount.Fill();
        var refused = await WriteUntilRefusedAsync(server, acknowledged);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused);
        var status = await server.GetAsync("/api/presage/v1/status");
        Assert.False(status.GetProperty("writable").GetBoolean());
        Assert.Contains(
            "space",
            status.GetProperty("notWritableReason").GetString(),
            StringComparison.OrdinalIgnoreCase
        );

        await ToldAsync(hook, "firing");

        mount.Free();
        await Eventually.Holds(
            "the server acknowledges again by itself",
            TimeSpan.FromSeconds(15),
            async () => (await SendAsync(server, acknowledged)).StatusCode == HttpStatusCode.NoContent
        );
        await ToldAsync(hook, "resolved");
        foreach (long time in acknowledged)
        {
            Assert.Equal(time, await InstantQuery.ValueAtAsync(server.Client, "full_disk_test", time));
        }
    }

    static object WebhookTo(HookSink hook) => new
    {
        name = "hook",
        kind = "webhook",
        enabled = true,
        severities = (string[])["critical", "warning"],
        sendResolved = true,
        webhook = new { url = hook.Address },
    };

    static Task ToldAsync(HookSink hook, string status) => Eventually.Holds(
        $"the channel is told: {status}", TimeSpan.FromSeconds(20), () => Task.FromResult(hook.Bodies.Any(body =>
            body.GetProperty("status").GetString() == status &&
            body.GetProperty("commonLabels").GetProperty("rule").GetString() == "storage-not-writable")));

    static async Task WriteUntilAsync(PresageProcess server, List<long> acknowledged, int count)
    {
        while (acknowledged.Count < count)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(server, acknowledged)).StatusCode);
        }
    }

    /// <summary>Keeps sending until an answer is not 204; returns its status.</summary>
    static async Task<HttpStatusCode> WriteUntilRefusedAsync(PresageProcess server, List<long> acknowledged)
    {
        for (int i = 0; i < 20_000; i++)
        {
            using var response = await SendAsync(server, acknowledged);
            if (response.StatusCode != HttpStatusCode.NoContent)
            {
                return response.StatusCode;
            }
        }

        throw new TimeoutException("20,000 requests were acknowledged on a full disk.");
    }

    static async Task<HttpResponseMessage> SendAsync(PresageProcess server, List<long> acknowledged)
    {
        long time = Math.Max(
            acknowledged.LastOrDefault() + 1,
            TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()
        );
        var batch = new SampleBatch();
        batch.AddSeries(LabelSet.OfMetric("full_disk_test", new Label("instance", "full")).ToKey());
        batch.AddSample(time, time);
        for (int i = 0; i < 500; i++)
        {
            batch.AddSeries(
                LabelSet
                    .OfMetric("full_disk_filler", new Label("instance", "full"), new Label("i", i.ToString()))
                    .ToKey()
            );
            batch.AddSample(time, Math.Sin(time * (i + 1)));
        }

        var response = await new RemoteWriter(server.Client).SendAsync(batch);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            acknowledged.Add(time);
        }

        return response;
    }
}

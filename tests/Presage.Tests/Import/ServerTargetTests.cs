using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Import;
using Presage.Metrics;
using Presage.Storage;
using Presage.Tests.Server;
using Xunit;

namespace Presage.Tests.Import;

/// <summary>`presage import --url`: history into a running server.</summary>
public sealed class ServerTargetTests
{
    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly long OldMs = Start.AddDays(-5).ToUnixTimeMilliseconds();

    [Fact]
    public async Task History_is_readable_once_it_is_complete_and_a_repetition_changes_nothing()
    {
        await using var server = await StartAsync();
        await using var target = new ServerTarget(server.Server.Listening.Local, null);

        var first = await SendAsync(target);
        var second = await SendAsync(target);

        Assert.Equal((300, 0), (first.Accepted, first.Refused));
        Assert.Equal(first, second);
        Assert.Equal(300, Count(server));
    }

    [Fact]
    public async Task A_part_that_is_given_up_leaves_nothing_behind()
    {
        await using var server = await StartAsync();
        await using var target = new ServerTarget(server.Server.Listening.Local, null);
        await using (var session = target.Begin(CancellationToken.None))
        {
            await session.AppendAsync(Batch(0), CancellationToken.None);
        }

        await SendAsync(target);

        Assert.Equal(300, Count(server));
    }

    [Fact]
    public async Task Samples_that_are_not_kept_any_more_are_counted()
    {
        await using var server = await StartAsync();
        await using var target = new ServerTarget(server.Server.Listening.Local, null);
        await using var session = target.Begin(CancellationToken.None);
        var batch = new SampleBatch();
        batch.AddSeries(LabelSet.OfMetric("up").ToKey());
        batch.AddSample(5_000, 1);
        batch.AddSample(OldMs, 1);
        await session.AppendAsync(batch, CancellationToken.None);

        var outcome = await session.CompleteAsync(CancellationToken.None);

        Assert.Equal((1, 1), (outcome.Accepted, outcome.Refused));
        Assert.Contains("older than the longest retention", outcome.FirstRefusal);
    }

    [Fact]
    public async Task The_server_names_what_is_wrong()
    {
        await using var server = await ServerFixture.StartSetUpAsync(new FakeTimeProvider(Start));
        await using var target = new ServerTarget(server.Server.Listening.Local, null);

        var e = await Assert.ThrowsAsync<ImportException>(() => SendAsync(target));

        Assert.Contains("401", e.Message);
    }

    [Theory]
    [InlineData(new byte[] { }, "ends without the empty frame")]
    [InlineData(new byte[] { 9, 0 }, "ends without the empty frame")]
    [InlineData(new byte[] { 9, 0, 0, 0, 1 }, "ends within a frame")]
    [InlineData(new byte[] { 0, 0, 0, 0x7F }, "are the most")]
    [InlineData(new byte[] { 2, 0, 0, 0, 1, 2, 0, 0, 0, 0 }, "not a snappy block")]
    public async Task Broken_bodies_are_refused(byte[] body, string reason)
    {
        await using var server = await StartAsync();
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(ImportReceiver.ContentType);

        using var answer = await server.Client.PostAsync(
            new Uri(ImportReceiver.Path, UriKind.Relative), content, TestContext.Current.CancellationToken);

        var problem = await ServerFixture.ProblemAsync(answer, HttpStatusCode.BadRequest);
        Assert.Contains(reason, problem.GetProperty("detail").GetString());
    }

    static Task<ServerFixture> StartAsync() =>
        ServerFixture.StartAsync(new FakeTimeProvider(Start), AuthenticationMode.None);

    static async Task<ImportOutcome> SendAsync(ServerTarget target)
    {
        await using var session = target.Begin(CancellationToken.None);
        for (int i = 0; i < 3; i++)
        {
            await session.AppendAsync(Batch(i), CancellationToken.None);
        }

        return await session.CompleteAsync(CancellationToken.None);
    }

    static SampleBatch Batch(int number)
    {
        var batch = new SampleBatch();
        batch.AddSeries(LabelSet.OfMetric("temp", new Label("instance", "web1"), new Label("n", $"{number}")).ToKey());
        for (int i = 0; i < 100; i++)
        {
            batch.AddSample(OldMs + (i * 15_000), i);
        }

        return batch;
    }

    static int Count(ServerFixture server)
    {
        var columns = new SampleColumns();
        foreach (var series in server.Part<SampleStore>().ForHost("web1").Select([], new TimeRange(0, OldMs * 2)))
        {
            series.Read(new TimeRange(0, OldMs * 2), columns);
        }

        return columns.Count;
    }
}

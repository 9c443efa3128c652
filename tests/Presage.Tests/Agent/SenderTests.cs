using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Presage.Agent;
using Presage.Metrics;
using Presage.Protocols.Prometheus;
using Presage.Tests.Collection;
using Xunit;

namespace Presage.Tests.Agent;

public sealed class SenderTests : IAsyncDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250));
    readonly CollectingLogger _logger = new();
    FlakyServer? _server;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task A_well_server_gets_each_body_once_and_the_disk_stays_idle()
    {
        using var spool = OpenSpool();
        using var outbox = new Outbox(spool, _logger);
        var sender = await StartAsync(outbox);

        for (byte i = 1; i <= 5; i++)
        {
            outbox.Add([i]);
            Assert.Equal(TimeSpan.Zero, await sender.SendNextAsync(CancellationToken.None));
        }

        Assert.Null(await sender.SendNextAsync(CancellationToken.None));
        Assert.Equal([1, 2, 3, 4, 5], Received());
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.spool"));
        var headers = _server!.Headers.First();
        Assert.Equal("Bearer t0k", headers["Authorization"]);
        Assert.Equal("snappy", headers["Content-Encoding"]);
        Assert.Equal("application/x-protobuf", headers["Content-Type"]);
        Assert.Equal("0.1.0", headers["X-Prometheus-Remote-Write-Version"]);
        Assert.StartsWith("presage-agent/", headers["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task During_an_outage_bodies_go_to_disk_and_arrive_in_order_after_it()
    {
        using var spool = OpenSpool();
        using var outbox = new Outbox(spool, _logger);
        var sender = await StartAsync(outbox);
        SetStatus(503);

        for (byte i = 1; i <= 20; i++)
        {
            outbox.Add([i]);
            Assert.True(await sender.SendNextAsync(CancellationToken.None) > TimeSpan.Zero);
        }

        Assert.Equal(20, spool.Count);
        SetStatus(204);
        for (byte i = 21; await sender.SendNextAsync(CancellationToken.None) == TimeSpan.Zero; i++)
        {
            if (i <= 25)
            {
                outbox.Add([i]);
            }
        }

        Assert.Equal(Enumerable.Range(1, 25).Select(i => (byte)i), Received());
        Assert.True(spool.IsEmpty);
        Assert.Equal(2, _logger.Lines.Count);
    }

    [Fact]
    public async Task Retry_after_is_honoured_in_seconds_and_as_a_date()
    {
        using var outbox = new Outbox(null, _logger);
        var sender = await StartAsync(outbox);
        outbox.Add([1]);

        SetStatus(503, "7");
        Assert.InRange((await sender.SendNextAsync(CancellationToken.None))!.Value.TotalSeconds, 7, 8);
        SetStatus(429, (_time.GetUtcNow() + TimeSpan.FromSeconds(20)).ToString("R"));
        Assert.InRange((await sender.SendNextAsync(CancellationToken.None))!.Value.TotalSeconds, 19, 21);
        Assert.Equal(1, outbox.Count);
    }

    [Fact]
    public async Task A_connection_that_dies_midway_loses_nothing()
    {
        using var spool = OpenSpool();
        using var outbox = new Outbox(spool, _logger);
        var sender = await StartAsync(outbox);
        int request = 0;
        _server!.Answer = (context, _) =>
        {
            if (request++ % 3 != 0)
            {
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                context.Abort();
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
            }

            return Task.CompletedTask;
        };

        for (byte i = 1; i <= 10; i++)
        {
            outbox.Add([i]);
        }

        while (await sender.SendNextAsync(CancellationToken.None) is not null)
        {
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(i => (byte)i), Received());
    }

    [Fact]
    public async Task A_refused_body_is_dropped_with_the_reason_and_the_next_one_goes_on()
    {
        using var outbox = new Outbox(null, _logger);
        var sender = await StartAsync(outbox);
        _server!.Answer = async (context, body) =>
        {
            context.Response.StatusCode = body[0] == 1 ? 400 : 204;
            if (body[0] == 1)
            {
                await context.Response.WriteAsync("Series 3 up: label \"a\" stands twice");
            }
        };
        outbox.Add([1]);
        outbox.Add([2]);

        Assert.Equal(TimeSpan.Zero, await sender.SendNextAsync(CancellationToken.None));
        Assert.Equal(TimeSpan.Zero, await sender.SendNextAsync(CancellationToken.None));

        Assert.Equal([2], Received());
        Assert.Equal((1, 1), (sender.Refused, sender.Accepted));
        Assert.Contains(_logger.Lines, line => line.Contains("label \"a\" stands twice", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401, "refuses the token")]
    [InlineData(404, "Check --server")]
    public async Task A_mistake_of_the_operator_is_said_once_and_costs_no_samples(int status, string expected)
    {
        using var outbox = new Outbox(null, _logger);
        var sender = await StartAsync(outbox);
        SetStatus(status);
        outbox.Add([1]);

        for (int i = 0; i < 3; i++)
        {
            Assert.True(await sender.SendNextAsync(CancellationToken.None) > TimeSpan.Zero);
        }

        Assert.Contains(expected, Assert.Single(_logger.Lines), StringComparison.Ordinal);
        Assert.Equal(1, outbox.Count);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_waited_for()
    {
        using var outbox = new Outbox(null, _logger);
        var sender = await StartAsync(outbox);
        await _server!.DisposeAsync();
        _server = null;
        outbox.Add([1]);

        Assert.True(await sender.SendNextAsync(CancellationToken.None) > TimeSpan.Zero);

        Assert.Contains("no connection", Assert.Single(_logger.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_is_bounded_without_a_spool()
    {
        using var outbox = new Outbox(null, _logger);
        for (int i = 0; i < 200; i++)
        {
            outbox.Add(new byte[100_000]);
        }

        Assert.InRange(outbox.Count, 30, 60);
        Assert.Equal(200, outbox.Count + outbox.Dropped);
    }

    [Fact]
    public async Task The_whole_agent_sends_each_second_in_order_and_ends_cleanly()
    {
        _server = await FlakyServer.StartAsync();
        using var loop = new AgentLoop(Options(), _time, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        using var spool = OpenSpool();
        var running = loop.RunAsync(spool, stop.Token);
        for (int i = 0; _server.Accepted.Count < 3 && i < 2_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await _server.ArrivedAsync(TimeSpan.FromMilliseconds(20));
        }

        await stop.CancelAsync();
        await running;

        var decoder = new RemoteWriteDecoder(new RemoteWriteLimits());
        var batch = new SampleBatch();
        long last = 0;
        foreach (byte[] body in _server.Accepted)
        {
            Assert.True(decoder.TryDecode(body, batch, out var summary, out var error), error.Message);
            Assert.Equal(0, summary.SeriesRejected);

            // Equal: the request under way when the agent was told to end is sent again (the server takes repeats as
            // such).
            Assert.True(batch.TimestampsMs[0] >= last, $"{batch.TimestampsMs[0]} after {last}");
            last = batch.TimestampsMs[0];
        }

        Assert.True(_server.Accepted.Count >= 3);
        Assert.True(spool.IsEmpty);
    }

    async Task<Sender> StartAsync(Outbox outbox)
    {
        _server = await FlakyServer.StartAsync();
        return new Sender(outbox, new WriteEndpoint(Options(), _time), new Backoff(1), _time, _logger);
    }

    AgentOptions Options() => new() { Server = _server!.Address, Token = "t0k", HostName = "web1" };

    void SetStatus(int status, string? retryAfter = null) => _server!.Answer = (context, _) =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = retryAfter;
        }

        return Task.CompletedTask;
    };

    byte[] Received() => [.. _server!.Accepted.Select(body => body[0])];

    Spool OpenSpool()
    {
        Assert.True(Spool.TryOpen(_folder.Path, Spool.BytesMin, out var spool, out string error), error);
        return spool!;
    }
}

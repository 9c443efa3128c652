using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Presage.Watching;

namespace Presage.Api;

/// <summary>
/// Server-sent events for open pages. One tick a second is made for all of them, and only while somebody looks. A
/// client that reads too slowly skips ticks and gets the latest: its channel holds one.
/// </summary>
sealed class LiveFeed(
    FleetView fleet,
    AnomalyNews news,
    SelfStatus status,
    Gate gate,
    ReaderClock reader,
    TimeProvider time,
    IHostApplicationLifetime lifetime)
{
    public const int ClientsMax = 1000;
    public const int HostsPerClientMax = 50;

    /// <summary>Whether a client's session or token still holds is asked this often.</summary>
    static readonly TimeSpan RecheckEvery = TimeSpan.FromSeconds(30);

    static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = ApiJson.Options.Encoder, SkipValidation = true };

    ImmutableList<Channel<LiveState>> _clients = [];

    /// <summary>Tells all clients how things are now. Called every second.</summary>
    public void Tick()
    {
        var clients = _clients;
        if (clients.IsEmpty)
        {
            return;
        }

        var state = Now();
        foreach (var client in clients)
        {
            client.Writer.TryWrite(state);
        }
    }

    public async Task ServeAsync(HttpContext context)
    {
        string[] hosts = [.. context.Request.Query["host"].OfType<string>()];
        Check(hosts);
        var channel = System.Threading.Channels.Channel.CreateBounded<LiveState>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        channel.Writer.TryWrite(Now());
        ImmutableInterlocked.Update(ref _clients, static (list, added) => list.Add(added), channel);
        try
        {
            using var ended =
                CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await SendAsync(context, new LiveClient(hosts, news.Newest), channel.Reader, ended.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The server stops: the stream ends here and the page connects again.
        }
        finally
        {
            ImmutableInterlocked.Update(ref _clients, static (list, removed) => list.Remove(removed), channel);
        }
    }

    void Check(string[] hosts)
    {
        if (hosts.Length > HostsPerClientMax)
        {
            throw ProblemException.BadField(
                "host", $"{hosts.Length} hosts are more than the {HostsPerClientMax} one page may follow.");
        }

        if (_clients.Count >= ClientsMax)
        {
            throw new ProblemException(
                StatusCodes.Status503ServiceUnavailable,
                    $"{ClientsMax} pages are connected already; no more are served.");
        }
    }

    async Task SendAsync(
        HttpContext context, LiveClient client, ChannelReader<LiveState> states, CancellationToken cancellationToken)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await WriteAsync(context, "hello", new LiveHello(NowMs(), PresageVersion.Text), cancellationToken);
        long checkedAt = time.GetTimestamp();
        await foreach (var state in states.ReadAllAsync(cancellationToken))
        {
            if (time.GetElapsedTime(checkedAt) >= RecheckEvery)
            {
                checkedAt = time.GetTimestamp();
                if (!gate.Identify(context).May(Access.Viewer))
                {
                    return;
                }
            }

            await WriteAsync(context, "tick", client.Changes(state), cancellationToken);
            foreach (var told in news.Since(client.AnomaliesTold))
            {
                client.AnomaliesTold = told.Number;
                await WriteAsync(context, "anomaly", Shown(told), cancellationToken);
            }

            foreach (string host in client.Hosts)
            {
                if (fleet.Vitals(host) is { } vitals && client.IsNews(vitals))
                {
                    await WriteAsync(context, "vitals", vitals, cancellationToken);
                }
            }

            await context.Response.Body.FlushAsync(cancellationToken);
        }
    }

    static async Task WriteAsync<T>(HttpContext context, string name, T data, CancellationToken cancellationToken)
    {
        var body = context.Response.BodyWriter;
        Encoding.UTF8.GetBytes($"event: {name}\ndata: ", body);
        await using (var writer = new Utf8JsonWriter(body, WriterOptions))
        {
            JsonSerializer.Serialize(writer, data, ApiJson.Options);
        }

        body.Write("\n\n"u8);
        await body.FlushAsync(cancellationToken);
    }

    LiveAnomaly Shown(in AnomalyTold told)
    {
        var (_, id, happened) = told;
        var kind = AnomalyViews.KindOf(happened.Key);
        return new LiveAnomaly(
            id,
            happened.Host,
            kind,
            AnomalyViews.IsOfPart(kind) ? happened.Key : null,
            happened.SinceMs,
            happened.Anomaly.StartMs,
            happened.IsOpen ? null : happened.Anomaly.EndMs,
            happened.Anomaly.PeakScore,
            reader.Read(happened.Sentence));
    }

    LiveState Now() => new(
        NowMs(),
        status.SamplesPerSecond,
        fleet.SeriesActive,
        fleet.LiveHosts(),
        fleet.AlertsRevision,
        news.Newest,
        status.NotReadyReason());

    long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}

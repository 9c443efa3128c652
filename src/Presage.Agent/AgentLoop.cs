using Microsoft.Extensions.Logging;
using Presage.Collection;
using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.Agent;

/// <summary>Collects at each tick and sends, until cancelled; then sends or spools what is left.</summary>
sealed class AgentLoop(AgentOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>systemd waits 90 s before it kills; nobody wants to wait that long.</summary>
    static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(3);

    readonly HostCollectors _collectors = HostCollectors.ForThisMachine(
        new CollectionOptions
        {
            HostName = options.HostName,
            Labels = options.Labels,
            ProcPath = options.ProcPath,
            SysPath = options.SysPath,
            RootPath = options.RootPath,
            AgentVersion = AgentVersion.Text,
        },
        time,
        logger);

    readonly SampleBatch _batch = new();
    AgentSeries? _series;
    long _lastTimestampMs;
    readonly RemoteWriteEncoder _encoder = new();
    readonly TickClock _clock = new(options.Interval);

    public HostCollectors Collectors => _collectors;

    /// <summary>Runs with a spool, or without (null: memory only).</summary>
    public async Task RunAsync(Spool? spool, CancellationToken cancellationToken)
    {
        using var outbox = new Outbox(spool, logger);
        using var endpoint = new WriteEndpoint(options, time);
        ulong seed = (ulong)time.GetTimestamp() ^ ((ulong)Environment.ProcessId << 32);
        var sender = new Sender(outbox, endpoint, new Backoff(seed), time, logger);
        Log.Started(logger, AgentVersion.Text, _collectors.Facts.Host, options.Server!, options.Interval.TotalSeconds);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = sender.RunAsync(stop.Token);
        try
        {
            await TickAsync(outbox, sender, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The way out; what waits is dealt with below.
        }

        await stop.CancelAsync();
        await sending.ContinueWith(static _ => { }, TaskScheduler.Default);
        await FarewellAsync(outbox, sender);
    }

    public void Dispose() => _collectors.Dispose();

    async Task TickAsync(Outbox outbox, Sender sender, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_clock.UntilNext(time.GetUtcNow()), time, cancellationToken);
            using var timer = new PeriodicTimer(options.Interval, time);
            bool isOff;
            do
            {
                // Late is better than never: on a machine too busy to wake us in time, samples bear the real time.
                var now = time.GetUtcNow();
                isOff = _clock.IsOff(now);
                Collect(_clock.TimestampMs(now), outbox, sender);
            }
            while (!isOff && await timer.WaitForNextTickAsync(cancellationToken));
        }
    }

    /// <summary>Collects once and appends to the outbox.</summary>
    void Collect(long timestampMs, Outbox outbox, Sender sender)
    {
        if (timestampMs == _lastTimestampMs)
        {
            // A tick that came almost a whole interval late was counted as the next one, which has come now.
            return;
        }

        _lastTimestampMs = timestampMs;
        _batch.Clear();
        try
        {
            _collectors.CollectInto(_batch, timestampMs);
            (_series ??= new AgentSeries(_collectors.Keys)).AppendTo(_batch, timestampMs, outbox, sender);
        }
        catch (Exception e)
        {
            Log.CollectionFailed(logger, e);
        }

        if (_batch.SampleCount > 0)
        {
            outbox.Add(_encoder.Encode(_batch).Span);
        }
    }

    async Task FarewellAsync(Outbox outbox, Sender sender)
    {
        using var limit = new CancellationTokenSource(FarewellMax, time);
        try
        {
            while (await sender.SendNextAsync(limit.Token) == TimeSpan.Zero)
            {
            }
        }
        catch (OperationCanceledException)
        {
            // The server is too slow for a farewell: the spool keeps the rest.
        }

        outbox.SecureOnDisk();
        Log.Stopped(logger, outbox.Count);
    }
}

using Presage.Alerting.Grouping;
using Presage.Alerting.Notifiers;
using Presage.Alerting.Outbox;
using Presage.State;

namespace Presage.Notifying;

/// <summary>
/// Sends what waits in the outbox. It wakes when rows are committed, when a retry is due and when a delivery ends.
/// Each channel has its own places, so that a dead one holds no other up. A delivery is marked only after the far end
/// answered: one that was in flight when the process died is sent again, with the same idempotency key.
/// </summary>
sealed class OutboxDispatcher(
    OutboxStore outbox,
    ChannelStore channels,
    Func<StoredChannel, INotifier> notifiers,
    OutboxSignal signal,
    AlertStore alerts,
    TimeProvider time,
    SeededGenerator generator,
    ILogger<OutboxDispatcher> logger)
{
    /// <summary>Deliveries under way at once per channel.</summary>
    public const int ParallelMax = 4;

    /// <summary>Messages per channel that go out without a pause; then one every 2 s.</summary>
    public const int BurstMax = 30;

    static readonly TimeSpan PerMessage = TimeSpan.FromSeconds(2);

    /// <summary>The pause after a failure of our own (state file), which no far end is to blame for.</summary>
    static readonly TimeSpan OwnFailurePause = TimeSpan.FromSeconds(5);

    readonly Dictionary<long, (long Channel, Task Sending)> _inFlight = [];
    readonly Dictionary<long, RateLimit> _rates = [];
    readonly Lock _generating = new();

    /// <summary>Runs until cancelled; deliveries under way are abandoned then, and sent by the next run.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var wake = signal.WaitAsync(cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            long nowMs = NowMs;
            long? nextMs;
            try
            {
                nextMs = StartDue(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.OutboxFailed(logger, e);
                nextMs = nowMs + (long)OwnFailurePause.TotalMilliseconds;
            }

            await WaitAsync(wake, nextMs, cancellationToken);
            wake = wake.IsCompleted ? signal.WaitAsync(cancellationToken) : wake;
        }

        await InFlightAsync();
    }

    /// <summary>
    /// Starts all deliveries that are due and have a place; returns when to look again, or null when nothing waits.
    /// </summary>
    public long? StartDue(CancellationToken cancellationToken)
    {
        foreach (var (id, _) in _inFlight.Where(static each => each.Value.Sending.IsCompleted).ToList())
        {
            _inFlight.Remove(id);
        }

        long nowMs = NowMs;
        long? nextMs = outbox.NextDueMs(nowMs);
        foreach (var channel in channels.All.Where(static channel => channel.Routing.Enabled))
        {
            nextMs = Earlier(nextMs, StartDue(channel, nowMs, cancellationToken));
        }

        return nextMs;
    }

    /// <summary>Completes when all deliveries under way have ended.</summary>
    public Task InFlightAsync() => Task.WhenAll(_inFlight.Values.Select(static each => each.Sending));

    /// <summary>Starts what is due for one channel; returns when its rate limit lets more through, or null.</summary>
    long? StartDue(StoredChannel channel, long nowMs, CancellationToken cancellationToken)
    {
        int busy = _inFlight.Values.Count(each => each.Channel == channel.Id);
        if (busy >= ParallelMax)
        {
            return null;
        }

        var rate = _rates.TryGetValue(channel.Id, out var known)
            ? known
            : _rates[channel.Id] = new RateLimit(BurstMax, PerMessage);

        // Rows under way still wait in the table; they come first, being the oldest.
        foreach (var delivery in outbox.Due(channel.Id, nowMs, ParallelMax + busy))
        {
            if (_inFlight.ContainsKey(delivery.Id))
            {
                continue;
            }

            if (busy++ >= ParallelMax)
            {
                return null;
            }

            if (!rate.TryTake(nowMs, out long freeMs))
            {
                return freeMs;
            }

            _inFlight[delivery.Id] = (channel.Id, SendAsync(channel, delivery, cancellationToken));
        }

        return null;
    }

    async Task SendAsync(StoredChannel channel, StoredDelivery delivery, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            var outcome = await OutcomeAsync(channel, delivery, cancellationToken);
            Record(delivery, outcome);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Not marked: the next run sends it.
        }
        catch (Exception e)
        {
            // Our own failure (state file, a message that cannot be read). The row stays due and keeps its place
            // for a while.
            Log.DeliveryFailed(logger, delivery.Id, channel.Name, e);
            await PauseAsync(cancellationToken);
        }
        finally
        {
            signal.Wake();
        }
    }

    async Task<SendOutcome> OutcomeAsync(
        StoredChannel channel, StoredDelivery delivery, CancellationToken cancellationToken)
    {
        if (NowMs - delivery.CreatedMs > RetrySchedule.GiveUpAfter.TotalMilliseconds)
        {
            return NotTried(SendResult.Permanent, $"Not sent within {RetrySchedule.GiveUpAfter.TotalHours:0} h.");
        }

        if (channel.SecretsLost)
        {
            return NotTried(SendResult.Temporary, "The channel's secrets cannot be decrypted; enter them again.");
        }

        if (channel.Email is not null && !channel.Recipients.Contains(delivery.Recipient))
        {
            return NotTried(SendResult.Permanent, $"{delivery.Recipient} is no recipient of this channel any more.");
        }

        var notification = NotificationJson.Read(delivery.Notification);
        return await notifiers(channel).SendAsync(notification, delivery.Recipient, delivery.Key, cancellationToken);
    }

    void Record(StoredDelivery delivery, SendOutcome outcome)
    {
        long nowMs = NowMs;
        long? nextMs = outcome.Result == SendResult.Temporary ? Next(delivery, nowMs, outcome.RetryAfter) : null;
        var state = (outcome.Result, nextMs) switch
        {
            (SendResult.Delivered, _) => DeliveryState.Delivered,
            (SendResult.Temporary, not null) => DeliveryState.Waiting,
            _ => DeliveryState.Failed,
        };
        outbox.Record(delivery.Id, state, outcome.Answer, nowMs, nextMs);
        alerts.Touch();
        if (state == DeliveryState.Delivered)
        {
            Log.Delivered(logger, delivery.Id, delivery.Channel, nowMs - delivery.CreatedMs);
        }
        else
        {
            Log.NotDelivered(logger, delivery.Id, delivery.Channel, outcome.Answer);
        }
    }

    long? Next(StoredDelivery delivery, long nowMs, TimeSpan? retryAfter)
    {
        lock (_generating)
        {
            return RetrySchedule.Next(delivery.CreatedMs, nowMs, delivery.Attempts + 1, retryAfter, generator);
        }
    }

    async Task PauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(OwnFailurePause, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    async Task WaitAsync(Task wake, long? nextMs, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var wait = nextMs is { } due
            ? TimeSpan.FromMilliseconds(Math.Clamp(due - NowMs, 1, 3_600_000))
            : Timeout.InfiniteTimeSpan;
        await Task.WhenAny(wake, Task.Delay(wait, time, timer.Token));
        await timer.CancelAsync();
    }

    long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    static SendOutcome NotTried(SendResult result, string answer) => new(result, answer, null, []);

    static long? Earlier(long? a, long? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);
}

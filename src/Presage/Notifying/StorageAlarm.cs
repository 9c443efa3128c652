using Presage.Alerting.Grouping;
using Presage.Alerting.Notifiers;
using Presage.Alerting.Rules;
using Presage.Metrics;
using Presage.State;
using Presage.Storage;

namespace Presage.Notifying;

/// <summary>
/// Tells the channels when samples cannot be stored (disk full), or stay in memory and journal because no blocks can be
/// written, and when they can again. The alerts that do not go through rules and outbox: on a full disk neither their
/// samples nor their rows could be written. They are kept in memory and tried again every <see cref="RetryInterval"/>
/// until each channel took them; a restart begins anew.
/// </summary>
sealed class StorageAlarm(
    SampleStore store,
    ChannelStore channels,
    ChannelNotifiers notifiers,
    TimeProvider time,
    ILogger<StorageAlarm> logger)
{
    static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(10);

    readonly StorageTrouble[] _troubles = [StorageTrouble.NotWritable(), StorageTrouble.NotTidy()];

    /// <summary>One look at the store; sends what is due.</summary>
    public async ValueTask TurnAsync(CancellationToken cancellationToken)
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var trouble in _troubles)
        {
            await LookAsync(trouble, nowMs, cancellationToken);
        }
    }

    async Task LookAsync(StorageTrouble trouble, long nowMs, CancellationToken cancellationToken)
    {
        if (trouble.ReasonIn(store, trouble.Told.Count > 0) is not { } reason)
        {
            if (trouble.SinceMs is { } since)
            {
                trouble.SinceMs = null;
                await TellEndAsync(trouble, since, nowMs, cancellationToken);
            }

            return;
        }

        long sinceMs = trouble.SinceMs ??= nowMs;
        bool waited = nowMs - sinceMs >= trouble.Patience.TotalMilliseconds;
        if (waited && (trouble.TriedMs < sinceMs || nowMs - trouble.TriedMs >= RetryInterval.TotalMilliseconds))
        {
            trouble.TriedMs = nowMs;
            string sentence = trouble.Begins(Environment.MachineName, Clock(sinceMs), reason);
            await TellAsync(
                trouble, Message(trouble, NotificationStatus.Firing, sentence, sinceMs, nowMs), cancellationToken);
        }
    }

    async Task TellAsync(StorageTrouble trouble, Notification message, CancellationToken cancellationToken)
    {
        foreach (var channel in channels.All.Where(channel => channel.Routing.Wants(message, toldFiring: false)))
        {
            foreach (string recipient in channel.Recipients)
            {
                if (!trouble.Told.Contains((channel.Id, recipient))
                    && await SendAsync(channel, recipient, message, cancellationToken))
                {
                    trouble.Told.Add((channel.Id, recipient));
                }
            }
        }
    }

    async Task TellEndAsync(StorageTrouble trouble, long sinceMs, long nowMs, CancellationToken cancellationToken)
    {
        string sentence = trouble.Ends(Environment.MachineName, Clock(sinceMs));
        var message = Message(trouble, NotificationStatus.Resolved, sentence, sinceMs, nowMs);
        foreach (var channel in channels.All)
        {
            foreach (string recipient in channel.Recipients)
            {
                if (channel.Routing.Wants(message, trouble.Told.Contains((channel.Id, recipient))))
                {
                    await SendAsync(channel, recipient, message, cancellationToken);
                }
            }
        }

        trouble.Told.Clear();
    }

    async Task<bool> SendAsync(
        StoredChannel channel, string recipient, Notification message, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(SendLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            string key = $"{message.ThreadKey}-{message.Status}".ToLowerInvariant();
            var outcome = await notifiers.For(channel).SendAsync(message, recipient, key, either.Token);
            if (outcome.Result != SendResult.Delivered)
            {
                Log.StorageAlarmNotDelivered(logger, channel.Name, outcome.Answer);
            }

            return outcome.Result == SendResult.Delivered;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Log.StorageAlarmNotDelivered(logger, channel.Name, $"No answer within {SendLimit.TotalSeconds:0} s.");
            return false;
        }
    }

    static Notification Message(
        StorageTrouble trouble, NotificationStatus status, string sentence, long sinceMs, long nowMs)
    {
        var labels = LabelSet.Of(
            new Label("alertname", trouble.Name),
            new Label("rule", trouble.RuleId),
            new Label("severity", trouble.Severity == Severity.Critical ? "critical" : "warning"),
            new Label(LabelNames.Host, Environment.MachineName));
        long? endsMs = status == NotificationStatus.Resolved ? nowMs : null;
        return new Notification
        {
            Status = status,
            RuleId = trouble.RuleId,
            RuleName = trouble.Name,
            Severity = trouble.Severity,
            Host = Environment.MachineName,
            Sentence = sentence,
            ThreadKey = trouble.ThreadOf(sinceMs),
            AtMs = nowMs,
            Alerts =
            [
                new NotifiedAlert(
                    0,
                    AlertLabels.ToDictionary(labels),
                    sentence,
                    "",
                    sinceMs,
                    endsMs,
                    AlertLabels.Fingerprint(labels)),
            ],
        };
    }

    static string Clock(long timeMs) => DateTimeOffset.FromUnixTimeMilliseconds(timeMs).ToString("HH:mm:ss");
}

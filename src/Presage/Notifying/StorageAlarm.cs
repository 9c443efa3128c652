using Presage.Alerting.Grouping;
using Presage.Alerting.Notifiers;
using Presage.Alerting.Rules;
using Presage.Metrics;
using Presage.State;
using Presage.Storage;

namespace Presage.Notifying;

/// <summary>
/// Tells the channels when samples cannot be stored (disk full) and when they can again. The one alert that does not go
/// through rules and outbox: on a full disk neither its samples nor its rows could be written. It is kept in memory and
/// tried again every <see cref="RetryInterval"/> until each channel took it; a restart begins anew.
/// </summary>
sealed class StorageAlarm(
    SampleStore store,
    ChannelStore channels,
    ChannelNotifiers notifiers,
    TimeProvider time,
    ILogger<StorageAlarm> logger
)
{
    /// <summary>A stall shorter than this is nobody's business.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(10);

    readonly Dictionary<(long Channel, string Recipient), long> _told = [];
    long? _sinceMs;
    long _triedMs;

    /// <summary>One look at the store; sends what is due.</summary>
    public async ValueTask TurnAsync(CancellationToken cancellationToken)
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (store.IsWritable)
        {
            if (_sinceMs is { } since)
            {
                _sinceMs = null;
                await TellEndAsync(since, nowMs, cancellationToken);
            }

            return;
        }

        _sinceMs ??= nowMs;
        bool waited = nowMs - _sinceMs >= Patience.TotalMilliseconds;
        if (waited && (_triedMs < _sinceMs || nowMs - _triedMs >= RetryInterval.TotalMilliseconds))
        {
            _triedMs = nowMs;
            string sentence =
                $"{Environment.MachineName}: Presage cannot store samples since {Clock(_sinceMs.Value)} UTC. "
                + $"{store.NotWritableReason} Senders are asked to try again later.";
            await TellAsync(Message(NotificationStatus.Firing, sentence, _sinceMs.Value, nowMs), cancellationToken);
        }
    }

    async Task TellAsync(Notification message, CancellationToken cancellationToken)
    {
        foreach (var channel in channels.All.Where(channel => channel.Routing.Wants(message, toldFiring: false)))
        {
            foreach (string recipient in channel.Recipients)
            {
                if (
                    !_told.ContainsKey((channel.Id, recipient))
                    && await SendAsync(channel, recipient, message, cancellationToken)
                )
                {
                    _told[(channel.Id, recipient)] = message.AtMs;
                }
            }
        }
    }

    async Task TellEndAsync(long sinceMs, long nowMs, CancellationToken cancellationToken)
    {
        string sentence =
            $"{Environment.MachineName}: Presage stores samples again; it could not since {Clock(sinceMs)} UTC.";
        var message = Message(NotificationStatus.Resolved, sentence, sinceMs, nowMs);
        foreach (var channel in channels.All)
        {
            foreach (string recipient in channel.Recipients)
            {
                if (channel.Routing.Wants(message, _told.ContainsKey((channel.Id, recipient))))
                {
                    await SendAsync(channel, recipient, message, cancellationToken);
                }
            }
        }

        _told.Clear();
    }

    async Task<bool> SendAsync(
        StoredChannel channel,
        string recipient,
        Notification message,
        CancellationToken cancellationToken
    )
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

    static Notification Message(NotificationStatus status, string sentence, long sinceMs, long nowMs)
    {
        var labels = LabelSet.Of(
            new Label("alertname", "Samples cannot be stored"),
            new Label("rule", "storage-not-writable"),
            new Label("severity", "critical"),
            new Label(LabelNames.Host, Environment.MachineName)
        );
        long? endsMs = status == NotificationStatus.Resolved ? nowMs : null;
        return new Notification
        {
            Status = status,
            RuleId = "storage-not-writable",
            RuleName = "Samples cannot be stored",
            Severity = Severity.Critical,
            Host = Environment.MachineName,
            Sentence = sentence,
            ThreadKey = $"storage-{sinceMs}",
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
                    AlertLabels.Fingerprint(labels)
                ),
            ],
        };
    }

    static string Clock(long timeMs) => DateTimeOffset.FromUnixTimeMilliseconds(timeMs).ToString("HH:mm:ss");
}

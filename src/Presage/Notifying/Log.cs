namespace Presage.Notifying;

/// <summary>What alerting logs. Event ids are stable; 1400-1499.</summary>
static partial class Log
{
    [LoggerMessage(1400, LogLevel.Error, "Rule {Rule} cannot be evaluated; its alerts stay as they are")]
    public static partial void RuleFailed(ILogger logger, string rule, Exception exception);

    [LoggerMessage(1401, LogLevel.Error, "The outbox cannot be read; it is tried again")]
    public static partial void OutboxFailed(ILogger logger, Exception exception);

    [LoggerMessage(1402, LogLevel.Error, "Delivery {Delivery} of channel {Channel} failed in Presage itself")]
    public static partial void DeliveryFailed(ILogger logger, long delivery, string channel, Exception exception);

    [LoggerMessage(
        1403,
        LogLevel.Information,
        "Delivery {Delivery} of channel {Channel} accepted {AfterMs} ms after its alert changed"
    )]
    public static partial void Delivered(ILogger logger, long delivery, string channel, long afterMs);

    [LoggerMessage(1404, LogLevel.Warning, "Delivery {Delivery} of channel {Channel} not accepted: {Answer}")]
    public static partial void NotDelivered(ILogger logger, long delivery, string channel, string answer);

    [LoggerMessage(
        1405,
        LogLevel.Warning,
        "Channel {Channel} was not told that samples cannot be stored, or that they can: {Answer}"
    )]
    public static partial void StorageAlarmNotDelivered(ILogger logger, string channel, string answer);
}

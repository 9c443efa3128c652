namespace Presage.State;

/// <summary>One message to one recipient of one channel. Times are ms since 1970 UTC.</summary>
/// <param name="Key">The idempotency key, the same for every try.</param>
/// <param name="AlertId">The first alert it is about.</param>
/// <param name="Notification">The message as stored JSON.</param>
/// <param name="Answer">The last answer of the far end.</param>
sealed record StoredDelivery(
    long Id,
    string Key,
    long ChannelId,
    string Channel,
    string Recipient,
    long? AlertId,
    string Subject,
    string Notification,
    DeliveryState State,
    int Attempts,
    long CreatedMs,
    long? LastAttemptMs,
    long? NextAttemptMs,
    string? Answer);

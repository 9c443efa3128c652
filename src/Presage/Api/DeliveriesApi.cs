using Presage.Notifying;
using Presage.State;

namespace Presage.Api;

enum DeliveryProgress
{
    /// <summary>To be sent, or to be sent again.</summary>
    Waiting,

    /// <summary>The far end took it.</summary>
    Delivered,

    /// <summary>Refused for good, or given up after a day.</summary>
    Failed,
}

/// <summary>One message to one recipient.</summary>
/// <param name="Subject">What it says.</param>
/// <param name="Attempts">Tries so far.</param>
/// <param name="NextAttemptMs">When it is tried next; null unless it waits.</param>
/// <param name="Answer">The last answer of the far end, word for word.</param>
sealed record Delivery(
    long Id,
    string ChannelId,
    string Channel,
    string Recipient,
    long? AlertId,
    string Subject,
    DeliveryProgress State,
    int Attempts,
    long CreatedMs,
    long? LastAttemptMs,
    long? NextAttemptMs,
    string? Answer);

/// <summary>Messages sent and on their way.</summary>
static class DeliveriesApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var deliveries = api.MapGroup("/deliveries").WithTags("Channels");
        deliveries.MapGet("", List).WithName("listDeliveries").Require(Access.Viewer)
            .WithSummary("Messages, last first; at most 1000");
        deliveries.MapPost("/{id:long}/retry", Retry).WithName("retryDelivery").Require(Access.Operator)
            .WithSummary("Try a waiting or failed message again now");
    }

    public static Delivery Shown(StoredDelivery stored) => new(
        stored.Id,
        stored.ChannelId.ToString(),
        stored.Channel,
        stored.Recipient,
        stored.AlertId,
        stored.Subject,
        stored.State switch
        {
            DeliveryState.Delivered => DeliveryProgress.Delivered,
            DeliveryState.Failed => DeliveryProgress.Failed,
            _ => DeliveryProgress.Waiting,
        },
        stored.Attempts,
        stored.CreatedMs,
        stored.LastAttemptMs,
        stored.NextAttemptMs,
        stored.Answer);

    static IReadOnlyList<Delivery> List(OutboxStore outbox, long? channel = null, int limit = 100)
    {
        AlertsApi.CheckLimit(limit);
        return [.. outbox.List(channel, limit).Select(Shown)];
    }

    static Delivery Retry(long id, OutboxStore outbox, ChannelStore channels, OutboxSignal signal, TimeProvider time)
    {
        var stored = outbox.Find(id) ?? throw ProblemException.NotFound($"There is no delivery {id}.");
        if (channels.Find(stored.ChannelId) is null)
        {
            throw ProblemException.Conflict($"The channel {stored.Channel} of delivery {id} was deleted.");
        }

        if (!outbox.Retry(id, time.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            throw ProblemException.Conflict($"Delivery {id} has been delivered.");
        }

        signal.Wake();
        return Shown(outbox.Find(id)!);
    }
}

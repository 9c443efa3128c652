namespace Presage.State;

/// <summary>Where a delivery stands.</summary>
enum DeliveryState
{
    /// <summary>To be sent, or to be sent again.</summary>
    Waiting,

    /// <summary>The far end took it.</summary>
    Delivered,

    /// <summary>Given up: refused for good, or a day old.</summary>
    Failed,
}

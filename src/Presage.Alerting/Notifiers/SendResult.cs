namespace Presage.Alerting.Notifiers;

/// <summary>How a delivery ended.</summary>
public enum SendResult
{
    /// <summary>The far end took it.</summary>
    Delivered,

    /// <summary>It may be taken later: no connection, time-out, 4yz, 429, 5xx.</summary>
    Temporary,

    /// <summary>It will never be taken as it is: wrong address, wrong password, wrong path.</summary>
    Permanent,
}

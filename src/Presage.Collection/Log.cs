using Microsoft.Extensions.Logging;

namespace Presage.Collection;

static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information,
        "Collector {Collector} has no data: {Source} is missing or unreadable. It is tried again every minute.")]
    public static partial void SourceMissing(ILogger logger, string collector, string source);

    [LoggerMessage(3002, LogLevel.Information, "Collector {Collector} has data again.")]
    public static partial void SourceBack(ILogger logger, string collector);

    [LoggerMessage(3003, LogLevel.Warning, "Collector {Collector} failed. It is tried again every minute.")]
    public static partial void CollectorFailed(ILogger logger, string collector, Exception exception);
}

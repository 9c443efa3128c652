using Microsoft.Extensions.Logging;

namespace Presage.Agent;

static partial class Log
{
    [LoggerMessage(4001, LogLevel.Information, "presage-agent {Version} sends {Host} to {Server} every {Seconds} s.")]
    public static partial void Started(ILogger logger, string version, string host, Uri server, double seconds);

    [LoggerMessage(4002, LogLevel.Information, "The server takes samples.")]
    public static partial void Sending(ILogger logger);

    [LoggerMessage(4003, LogLevel.Warning, "The server does not take samples: {Detail}. They are kept and sent later.")]
    public static partial void Unavailable(ILogger logger, string detail);

    [LoggerMessage(4004, LogLevel.Error,
        "The server refuses the token: {Detail}. Make a new one on its page Servers, set --token. Samples are kept.")]
    public static partial void TokenWrong(ILogger logger, string detail);

    [LoggerMessage(4005, LogLevel.Error,
        "There is no /api/v1/write at the address: {Detail}. Check --server. Samples are kept.")]
    public static partial void AddressWrong(ILogger logger, string detail);

    [LoggerMessage(4006, LogLevel.Warning, "The server refused samples, which are dropped: {Detail}")]
    public static partial void Refused(ILogger logger, string detail);

    [LoggerMessage(4007, LogLevel.Information, "The server answers again; {Count} requests wait.")]
    public static partial void Recovered(ILogger logger, int count);

    [LoggerMessage(4008, LogLevel.Error, "The spool cannot be written, samples are dropped: {Problem}")]
    public static partial void SpoolNotWritable(ILogger logger, string problem);

    [LoggerMessage(4009, LogLevel.Information, "The spool can be written again.")]
    public static partial void SpoolWritable(ILogger logger);

    [LoggerMessage(4010, LogLevel.Information, "{Count} requests of an earlier run wait in the spool.")]
    public static partial void SpoolHolds(ILogger logger, int count);

    [LoggerMessage(4011, LogLevel.Warning,
        "The spool was damaged: {Bytes} bytes at the ends of its files are dropped.")]
    public static partial void SpoolDamaged(ILogger logger, long bytes);

    [LoggerMessage(4012, LogLevel.Information, "Stopping; {Count} requests are not sent.")]
    public static partial void Stopped(ILogger logger, int count);

    [LoggerMessage(4013, LogLevel.Error, "A collection failed.")]
    public static partial void CollectionFailed(ILogger logger, Exception exception);
}

namespace Presage;

/// <summary>What the server logs. Event ids are stable; 1000-1099.</summary>
static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(1001, LogLevel.Information, "Listening on {Addresses}")]
    public static partial void Listening(ILogger logger, string addresses);

    [LoggerMessage(1003, LogLevel.Warning, "Sign-in as {Name} from {Address} failed")]
    public static partial void SignInFailed(ILogger logger, string name, string address);

    [LoggerMessage(1004, LogLevel.Error, "Loop {Loop} failed; it goes on")]
    public static partial void LoopFailed(ILogger logger, string loop, Exception exception);

    [LoggerMessage(1005, LogLevel.Warning, "Samples cannot be stored: {Reason}")]
    public static partial void NotWritable(ILogger logger, string reason);

    [LoggerMessage(1006, LogLevel.Information, "Samples can be stored again")]
    public static partial void WritableAgain(ILogger logger);

    [LoggerMessage(1007, LogLevel.Warning, "Recovery: {Damage}")]
    public static partial void RecoveredDamage(ILogger logger, string damage);
}

namespace Presage.Watching;

/// <summary>What watching logs. Event ids are stable; 1100-1199.</summary>
static partial class Log
{
    [LoggerMessage(1100, LogLevel.Information, "{Host} is silent for {Silence}")]
    public static partial void HostSilent(ILogger logger, string host, TimeSpan silence);

    [LoggerMessage(1101, LogLevel.Information, "{Host} sends samples again")]
    public static partial void HostBack(ILogger logger, string host);

    [LoggerMessage(1102, LogLevel.Information, "{Host} was silent for {Silence} and is forgotten")]
    public static partial void HostForgotten(ILogger logger, string host, TimeSpan silence);

    [LoggerMessage(1103, LogLevel.Error, "The vital signs of {Host} cannot be evaluated")]
    public static partial void HostNotEvaluated(ILogger logger, string host, Exception exception);

    [LoggerMessage(1104, LogLevel.Warning, "{Count} readings were refused by the store: {Refusal}")]
    public static partial void ReadingsRejected(ILogger logger, int count, string refusal);

    [LoggerMessage(1105, LogLevel.Warning, "{Count} readings were not stored: {Reason}")]
    public static partial void ReadingsNotStored(ILogger logger, int count, string reason);

    [LoggerMessage(
        1106,
        LogLevel.Warning,
        "{Host}: {Count} learned states are damaged or of another version; these vital signs are learned anew")]
    public static partial void StatesDropped(ILogger logger, string host, int count);

    [LoggerMessage(1107, LogLevel.Information, "{Host}: anomaly {Change}. {Sentence}")]
    public static partial void AnomalyChanged(ILogger logger, string host, string change, string sentence);

    [LoggerMessage(
        1108, LogLevel.Information, "{Host} as a whole: learned {Metrics} vital signs from {Rows} minutes of history")]
    public static partial void HostLearned(ILogger logger, string host, int metrics, int rows);

    [LoggerMessage(
        1109,
        LogLevel.Information,
        "{Host} as a whole is judged by a like host's model until it has half a day of its own")]
    public static partial void HostBorrowed(ILogger logger, string host);

    [LoggerMessage(
        1110, LogLevel.Warning, "What was learned of {Host} as a whole cannot be used: {Problem}; it is learned anew")]
    public static partial void HostModelDropped(ILogger logger, string host, string problem);

    [LoggerMessage(
        1111, LogLevel.Warning, "What was learned of single series, {Path}, cannot all be used: {Problem}")]
    public static partial void TracesDropped(ILogger logger, string path, string problem);

    [LoggerMessage(
        1113, LogLevel.Warning, "What is known of how hosts differ from their twins cannot be used: {Problem}")]
    public static partial void PeersDropped(ILogger logger, string problem);

    [LoggerMessage(1112, LogLevel.Warning, "What was learned of single series was not saved to {Path}: {Reason}")]
    public static partial void TracesNotSaved(ILogger logger, string path, string reason);

    [LoggerMessage(1114, LogLevel.Information, "Learning from what was imported of {Hosts} hosts")]
    public static partial void ImportedLearned(ILogger logger, int hosts);
}

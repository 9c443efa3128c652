namespace Presage.OwnModels;

/// <summary>What own models log. Event ids are stable; 1900-1919.</summary>
static partial class Log
{
    [LoggerMessage(1900, LogLevel.Information, "Model {Name} is in use: {Input}, {Output}")]
    public static partial void ModelTaken(ILogger logger, string name, string input, string output);

    [LoggerMessage(
        1901, LogLevel.Warning, "Model {Name} is set aside, everything else goes on: {Problem}. It is tried again " +
        "when its file changes and at the next start")]
    public static partial void ModelSetAside(ILogger logger, string name, string problem);

    [LoggerMessage(1902, LogLevel.Information, "Model {Name} is gone")]
    public static partial void ModelGone(ILogger logger, string name);

    [LoggerMessage(1903, LogLevel.Warning, "Model {Name} could not be asked about {Host}: {Problem}")]
    public static partial void HostNotAsked(ILogger logger, string name, string host, string problem);

    [LoggerMessage(1904, LogLevel.Information, "{Host}: anomaly {Change}. {Sentence}")]
    public static partial void AnomalyChanged(ILogger logger, string host, string change, string sentence);

    [LoggerMessage(1905, LogLevel.Warning, "{Count} values of own models were not stored: {Reason}")]
    public static partial void NotStored(ILogger logger, int count, string reason);
}

using Microsoft.Extensions.Logging;

namespace Presage.Agent;

/// <summary>
/// Writes lines to standard error, with systemd's priority in front when the journal reads them. It adds the time
/// otherwise.
/// </summary>
sealed class ConsoleLogger(TextWriter output, TimeProvider time, bool isJournal) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
            string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        string text = formatter(state, exception)
            + (exception is null ? "" : " " + exception.ToString().ReplaceLineEndings(" "));
        output.WriteLine(isJournal
            ? $"<{(logLevel >= LogLevel.Error ? 3 : logLevel == LogLevel.Warning ? 4 : 6)}>{text}"
            : $"{time.GetUtcNow():yyyy-MM-dd HH:mm:ss'Z'} {text}");
    }
}

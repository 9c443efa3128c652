using Microsoft.Extensions.Logging;

namespace Presage.Storage;

/// <summary>All messages of the store. Event ids 2000 to 2099.</summary>
static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information,
        "Store opened: {Folder}, {Series} series, {Samples} samples from {Segments} journal segments, " +
        "{Blocks} blocks, {Elapsed} ms")]
    public static partial void Opened(
        ILogger logger, string folder, int series, long samples, int segments, int blocks, long elapsed);

    [LoggerMessage(2001, LogLevel.Warning, "Damage in {File} at byte {Offset}: {Reason} {Lost} bytes were cut off")]
    public static partial void JournalCut(ILogger logger, string file, long offset, string reason, long lost);

    [LoggerMessage(2002, LogLevel.Error, "The journal cannot be written, samples are refused until it can: {Reason}")]
    public static partial void NotWritable(ILogger logger, string reason);

    [LoggerMessage(2003, LogLevel.Information, "The journal can be written again")]
    public static partial void WritableAgain(ILogger logger);

    [LoggerMessage(
        2004, LogLevel.Information, "Flushed {Chunks} chunks of {Series} series into {File} ({Bytes} bytes)")]
    public static partial void Flushed(ILogger logger, long chunks, int series, string file, long bytes);

    [LoggerMessage(2005, LogLevel.Error, "The head could not be written to a block; it is tried again in a minute")]
    public static partial void FlushFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        2006, LogLevel.Warning, "Damage in {File} at byte {Offset}: {Reason} The file was set aside as {Aside}")]
    public static partial void BlockSetAside(ILogger logger, string file, long offset, string reason, string aside);

    [LoggerMessage(2007, LogLevel.Information, "Retention deleted {File}, its newest sample was of {Newest}")]
    public static partial void Retired(ILogger logger, string file, DateTimeOffset newest);

    [LoggerMessage(2008, LogLevel.Error, "Storage maintenance failed")]
    public static partial void MaintenanceFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        2009, LogLevel.Warning, "Damage in {File} at byte {Offset}: {Reason} Its samples are missing from the answer")]
    public static partial void PageDamaged(ILogger logger, string file, long offset, string reason);

    [LoggerMessage(2010, LogLevel.Debug, "{Series} idle series left memory")]
    public static partial void Evicted(ILogger logger, int series);

    [LoggerMessage(2011, LogLevel.Debug, "{Segments} journal segments were deleted, blocks hold their samples")]
    public static partial void SegmentsDeleted(ILogger logger, int segments);

    [LoggerMessage(2012, LogLevel.Error, "The head could not be flushed or the journal synced on closing")]
    public static partial void ClosingFailed(ILogger logger, Exception exception);

    [LoggerMessage(2020, LogLevel.Information,
        "Merged {Blocks} blocks into {Written} of {Day}, {Samples} raw samples, {Elapsed} ms")]
    public static partial void Merged(
        ILogger logger, int blocks, int written, string day, long samples, long elapsed);

    [LoggerMessage(2021, LogLevel.Warning, "{Text}")]
    public static partial void Told(ILogger logger, string text);

    [LoggerMessage(2022, LogLevel.Information, "Deletion {Number} was asked for: {Matchers}, {FromMs} to {ToMs} ms")]
    public static partial void DeletionAsked(ILogger logger, int number, string matchers, long fromMs, long toMs);

    [LoggerMessage(2023, LogLevel.Error, "Merging, retention or a deletion failed; it is tried again in a minute")]
    public static partial void CareFailed(ILogger logger, Exception exception);

    [LoggerMessage(2028, LogLevel.Warning, "{File} could not be deleted: {Reason}. The next start deletes it")]
    public static partial void TemporaryFileStays(ILogger logger, string file, string reason);
}

namespace Presage.Storage;

/// <summary>
/// Another process holds the data folder. The message names the process and the folder and says what to do.
/// </summary>
public sealed class DataFolderLockedException(string folder, int? processId)
    : IOException(
        $"Data folder {folder} is in use by {(processId is { } id ? $"process {id}" : "another process")}. " +
        "Stop that process, or choose another data folder.")
{
    public string Folder { get; } = folder;

    /// <summary>The process that holds it; null where the lock file could not be read.</summary>
    public int? ProcessId { get; } = processId;
}

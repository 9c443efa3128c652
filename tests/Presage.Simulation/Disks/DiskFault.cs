using Presage.Storage;

namespace Presage.Simulation;

/// <summary>What goes wrong with a disk operation.</summary>
enum FaultKind
{
    /// <summary>Writes, allocations and new files find no room; a write may get a part of its bytes down.</summary>
    Full,

    /// <summary>Writes fail, perhaps half-way.</summary>
    WriteError,

    /// <summary>
    /// fsync fails; what was written since the last one is readable, but may never reach the disk (as Linux does it).
    /// </summary>
    SyncError,

    /// <summary>Opening, reading and mapping fail.</summary>
    ReadError,

    /// <summary>Renaming, linking, deleting and syncing folders fail.</summary>
    FolderError,
}

/// <summary>A fault that is on.</summary>
/// <param name="Kind">What fails.</param>
/// <param name="Ending">Only files (or folders) whose path contains this; empty for all.</param>
/// <param name="Probability">How often.</param>
sealed record DiskFault(FaultKind Kind, string Ending, double Probability)
{
    /// <summary>Whether an operation is of those that fail.</summary>
    public bool Concerns(DiskOperation operation, string path) =>
        path.Contains(Ending, StringComparison.Ordinal) && Kind switch
        {
            FaultKind.Full => operation is DiskOperation.Create or DiskOperation.Write or DiskOperation.Allocate
                or DiskOperation.CreateFolder,
            FaultKind.WriteError => operation is DiskOperation.Write or DiskOperation.Allocate
                or DiskOperation.Truncate,
            FaultKind.SyncError => operation is DiskOperation.Sync,
            FaultKind.ReadError => operation is DiskOperation.Open or DiskOperation.Read or DiskOperation.Map,
            _ => operation is DiskOperation.Move or DiskOperation.Link or DiskOperation.Delete
                or DiskOperation.SyncFolder,
        };

    public string Message => Kind == FaultKind.Full ? "No space left on device" : "Input/output error";
}

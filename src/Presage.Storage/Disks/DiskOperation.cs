namespace Presage.Storage;

/// <summary>What is done to a file or folder.</summary>
enum DiskOperation
{
    CreateFolder,
    Lock,
    List,
    Create,
    Open,
    OpenForWriting,
    Map,
    Read,
    Write,
    Allocate,
    Truncate,
    Sync,
    Move,
    Link,
    Delete,
    DeleteFolder,
    SyncFolder,
}

namespace Presage.Storage;

/// <summary>What is about to happen to a file; the name a fault hook sees.</summary>
enum DiskOperation
{
    JournalCreate,
    JournalAllocate,
    JournalWrite,
    JournalSync,
    JournalTruncate,
    BlockWrite,
    BlockSync,
}

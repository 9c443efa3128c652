namespace Presage.Storage;

/// <summary>
/// A file <c>unsynced</c> in the journal's folder: a sync has failed. Linux tells of pages that the disk did not take
/// once and counts them as written from then on, so a later sync of the same file proves nothing; they can still be
/// read until power is lost. Whoever recovers such a journal writes its segments anew.
/// </summary>
static class UnsyncedMark
{
    public static bool IsSet(Disk disk, string folder) => disk.Exists(PathOf(folder));

    /// <summary>Sets the mark. Best effort: the disk is broken, which the caller reports.</summary>
    public static void Set(Disk disk, string folder)
    {
        try
        {
            if (!IsSet(disk, folder))
            {
                disk.Create(PathOf(folder)).Dispose();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without it a recovery trusts the sync it makes, as it does after any other crash.
        }
    }

    /// <summary>Removes it once everything is written anew.</summary>
    /// <exception cref="IOException">The disk is broken.</exception>
    public static void Clear(Disk disk, string folder) => disk.Delete(PathOf(folder));

    static string PathOf(string folder) => Path.Combine(folder, "unsynced");
}

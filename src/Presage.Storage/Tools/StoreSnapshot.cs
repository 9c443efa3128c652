namespace Presage.Storage;

/// <summary>
/// Makes a second name for every file a store consists of. The files are never changed afterwards, only deleted, so
/// the second names are a consistent copy that took no room and no time. The caller sees to it that no flush, merge or
/// retention runs meanwhile and that the journal's segments are closed.
/// </summary>
static class StoreSnapshot
{
    /// <summary>
    /// Links the files into a folder that does not exist yet; files that cannot be linked are copied.
    /// </summary>
    /// <exception cref="IOException">The folder exists, or the disk is full or broken.</exception>
    public static void Take(Disk disk, BlockTiers tiers, IReadOnlyList<string> journal, string target)
    {
        if (disk.FolderExists(target))
        {
            throw new IOException($"{target} exists already.");
        }

        var files = tiers.All.SelectMany(static list => list.Current).Select(static b => b.Path).Concat(journal);
        var folders = new HashSet<string>(tiers.All.Select(static list => list.Folder))
        {
            Path.Combine(tiers.Root, "journal"),
        };
        foreach (string folder in folders)
        {
            disk.CreateFolder(Path.Combine(target, Path.GetRelativePath(tiers.Root, folder)));
        }

        foreach (string file in files)
        {
            LinkOrCopy(disk, file, Path.Combine(target, Path.GetRelativePath(tiers.Root, file)));
        }

        string tombstones = Tombstones.FileOf(tiers.Root);
        if (disk.Exists(tombstones))
        {
            disk.Replace(Tombstones.FileOf(target), disk.ReadAll(tombstones));
        }

        foreach (string folder in folders)
        {
            disk.SyncFolder(Path.Combine(target, Path.GetRelativePath(tiers.Root, folder)));
        }

        disk.SyncFolder(target);
    }

    static void LinkOrCopy(Disk disk, string file, string target)
    {
        try
        {
            disk.Link(file, target);
        }
        catch (IOException) when (!disk.Exists(target) && disk.Exists(file))
        {
            // Another file system, or one without links.
            disk.Copy(file, target);
        }
    }
}

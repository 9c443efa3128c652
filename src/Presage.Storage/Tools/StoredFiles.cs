namespace Presage.Storage;

/// <summary>Lists the files of a data folder with what their headers say.</summary>
static class StoredFiles
{
    /// <summary>All files, oldest first within their kind.</summary>
    public static IReadOnlyList<StoredFile> Of(Disk disk, string folder, BlockTiers tiers)
    {
        var files = new List<StoredFile>();
        foreach (var list in tiers.All)
        {
            files.AddRange(list.Current.Select(block => Describe(folder, block)));
            files.AddRange(disk.Files(list.Folder, ".damaged").Select(path => Other(disk, folder, path, "damaged")));
            files.AddRange(list.Unreadable.Select(path => Other(disk, folder, path, "damaged")));
        }

        string journal = Path.Combine(folder, "journal");
        files.AddRange(JournalLog.NumbersIn(disk, journal)
            .Select(number => JournalLog.PathOf(journal, number))
            .Where(disk.Exists)
            .Select(path => Other(disk, folder, path, "journal")));
        return files;
    }

    static StoredFile Describe(string folder, Block block) => new(
        Path.GetRelativePath(folder, block.Path),
        block.Kind switch
        {
            BlockKind.Flushed => "raw",
            BlockKind.Merged => "raw, merged",
            BlockKind.FiveMinutes => "roll-up 5m",
            _ => "roll-up 1h",
        },
        block.Totals.FromMs, block.Totals.ToMs, block.Totals.Series, block.Totals.Chunks, block.Totals.Samples,
        block.FileBytes);

    static StoredFile Other(Disk disk, string folder, string path, string kind) =>
        new(Path.GetRelativePath(folder, path), kind, null, null, 0, 0, 0, disk.LengthOf(path));
}

namespace Presage.Tests.Storage;

/// <summary>
/// Copies a store's folder as a crash would leave it. Flushes and merges of the background may name and delete files
/// meanwhile: a copy that missed one half of such a step is not what any crash leaves, and is made again.
/// </summary>
static class StoreFiles
{
    public static void Copy(string from, string to)
    {
        while (!TryCopy(from, to))
        {
            Directory.Delete(to, recursive: true);
            Directory.CreateDirectory(to);
        }
    }

    static bool TryCopy(string from, string to)
    {
        var before = Names(from);
        try
        {
            CopyFiles(from, to);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }

        return before.SetEquals(Names(from));
    }

    static HashSet<(string, long)> Names(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(static f => (f.FullName, f.Exists ? f.Length : -1))];

    static void CopyFiles(string from, string to)
    {
        foreach (string folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == "presage.lock")
            {
                continue;
            }

            using var source = new FileStream(
                file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var target = File.Create(Path.Combine(to, Path.GetRelativePath(from, file)));
            source.CopyTo(target);
        }
    }

    /// <summary>The newest journal segment of a folder.</summary>
    public static string NewestSegment(string folder) =>
        Directory.EnumerateFiles(Path.Combine(folder, "journal"), "*.journal").Order(StringComparer.Ordinal).Last();
}

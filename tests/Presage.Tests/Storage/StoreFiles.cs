namespace Presage.Tests.Storage;

/// <summary>Copies a store's folder as a crash would leave it: file by file, while it may be written to.</summary>
static class StoreFiles
{
    public static void Copy(string from, string to)
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

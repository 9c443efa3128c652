using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Presage.Storage;

/// <summary>
/// Puts new blocks in the place of old ones so that a crash neither doubles nor loses: the new files lie complete under
/// their temporary names; then a list of what comes and what goes is written (this commits); then files are renamed
/// and deleted, the list last. Whoever opens the store does what a list still asks for. The list's format is drawn in
/// docs/formats/block.md.
/// </summary>
static class Replacement
{
    const string Ending = ".replacement";
    const string FirstWords = "presage replacement ";
    const string FirstLine = "presage replacement 1";
    const int Version = 1;

    /// <summary>Writes the list: when it returns, the change happens whatever comes. Returns the list's path.</summary>
    /// <param name="disk">Where the files lie.</param>
    /// <param name="root">The data folder; paths in the list are relative to it.</param>
    /// <param name="added">Final paths of files that are complete under their temporary names.</param>
    /// <param name="removed">Paths of files that go.</param>
    /// <exception cref="IOException">The disk is full or broken. Nothing happens as long as one of the new files is
    /// missing, so the caller deletes them.</exception>
    public static string Commit(
        Disk disk, string root, IReadOnlyCollection<string> added, IReadOnlyCollection<string> removed)
    {
        var text = new StringBuilder(FirstLine).Append('\n');
        foreach (string path in added)
        {
            text.Append("add ").Append(Relative(root, path)).Append('\n');
        }

        foreach (string path in removed)
        {
            text.Append("remove ").Append(Relative(root, path)).Append('\n');
        }

        byte[] lines = Encoding.UTF8.GetBytes(text.ToString());
        string name = added.Concat(removed).Select(Path.GetFileNameWithoutExtension).FirstOrDefault() ?? "empty";
        string list = Path.Combine(root, name + Ending);
        try
        {
            disk.Replace(list, [.. lines, .. Encoding.UTF8.GetBytes(LastLine(lines))]);
            return list;
        }
        catch (IOException)
        {
            // It may have its name already.
            disk.Delete(list);
            throw;
        }
    }

    /// <summary>
    /// Does what lists of a crashed process ask for. A list that is incomplete, or whose new files are not all there,
    /// was given up before it counted and is deleted.
    /// </summary>
    /// <exception cref="NewerFormatException">A newer version of Presage wrote one.</exception>
    public static void Resume(Disk disk, string root)
    {
        foreach (string unfinished in disk.Files(root, Ending + BlockWriter.TemporarySuffix))
        {
            disk.Delete(unfinished);
        }

        foreach (string list in disk.Files(root, Ending))
        {
            if (TryRead(disk.ReadAll(list), list, root, out var added, out var removed) &&
                added.TrueForAll(path => disk.Exists(path) || disk.Exists(path + BlockWriter.TemporarySuffix)))
            {
                CarryOut(disk, root, list, added, removed);
            }
            else
            {
                disk.Delete(list);
            }
        }
    }

    /// <summary>Does what a list asks for; what was done before is done no second time.</summary>
    /// <exception cref="IOException">The disk is broken: the rest happens when the store is opened again.</exception>
    public static void CarryOut(
        Disk disk, string root, string list, IReadOnlyCollection<string> added, IReadOnlyCollection<string> removed)
    {
        foreach (string path in added)
        {
            // It has its name already where a crash came in between.
            if (disk.Exists(path + BlockWriter.TemporarySuffix))
            {
                disk.Move(path + BlockWriter.TemporarySuffix, path, overwrite: true);
            }
        }

        SyncFolders(disk, added);
        foreach (string path in removed)
        {
            disk.Delete(path);
        }

        SyncFolders(disk, removed);
        disk.Delete(list);
        disk.SyncFolder(root);
    }

    static bool TryRead(byte[] bytes, string list, string root, out List<string> added, out List<string> removed)
    {
        added = [];
        removed = [];
        int lastLine = bytes.AsSpan().TrimEnd((byte)'\n').LastIndexOf((byte)'\n') + 1;
        if (Encoding.UTF8.GetString(bytes, lastLine, bytes.Length - lastLine) != LastLine(bytes.AsSpan(0, lastLine)))
        {
            return false;
        }

        string[] lines = Encoding.UTF8.GetString(bytes, 0, lastLine).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0] != FirstLine)
        {
            return lines is [var first, ..] && first.StartsWith(FirstWords, StringComparison.Ordinal)
                && int.TryParse(first.AsSpan(FirstWords.Length), out int version) && version > Version
                ? throw new NewerFormatException("The list", list, version, Version)
                : false;
        }

        foreach (string line in lines.Skip(1))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            string path = Path.Combine(root, line[(space + 1)..]);
            (line[..Math.Max(space, 0)] == "add" ? added : removed).Add(path);
        }

        return true;
    }

    static void SyncFolders(Disk disk, IEnumerable<string> paths)
    {
        foreach (string folder in paths.Select(p => Path.GetDirectoryName(p)!).Distinct())
        {
            disk.SyncFolder(folder);
        }
    }

    static string LastLine(ReadOnlySpan<byte> lines) =>
        string.Create(CultureInfo.InvariantCulture, $"end {XxHash3.HashToUInt64(lines):x16}\n");

    static string Relative(string root, string path) => Path.GetRelativePath(root, path).Replace('\\', '/');
}

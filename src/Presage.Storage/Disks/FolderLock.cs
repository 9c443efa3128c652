using System.Globalization;
using System.Text;

namespace Presage.Storage;

/// <summary>
/// Holds a data folder for one process: the file <c>presage.lock</c>, locked by the operating system and so freed by it
/// however the process ends; the process id stands inside.
/// </summary>
sealed class FolderLock : IDisposable
{
    /// <summary>
    /// On Unix only "none" takes a lock that excludes; on Windows "read" excludes writers and shows the process id.
    /// </summary>
    static readonly FileShare Sharing = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None;

    readonly FileStream _file;

    FolderLock(FileStream file) => _file = file;

    /// <exception cref="DataFolderLockedException">Another process, or another store of this one, holds the
    /// folder.</exception>
    public static FolderLock Take(string folder)
    {
        string path = Path.Combine(folder, "presage.lock");
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, Sharing);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new DataFolderLockedException(folder, ReadProcessId(path));
        }

        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
        file.Flush();
        return new FolderLock(file);
    }

    public void Dispose() => _file.Dispose();

    static int? ReadProcessId(string path)
    {
        try
        {
            using var file = LocalDisk.OpenUnlocked(path);
            Span<byte> text = stackalloc byte[16];
            text = text[..RandomAccess.Read(file, text, 0)];
            return int.TryParse(text.TrimEnd((byte)'\n'), CultureInfo.InvariantCulture, out int id) ? id : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}

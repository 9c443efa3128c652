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

    // What a file that is locked says: errno of Linux and macOS, the error of Windows.
    const int WouldBlock = 11;
    const int WouldBlockOnMac = 35;
    const int SharingViolation = unchecked((int)0x8007_0020);

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
        catch (IOException e) when (e.HResult is WouldBlock or WouldBlockOnMac or SharingViolation)
        {
            throw new DataFolderLockedException(folder, ReadProcessId(path));
        }

        WriteProcessId(file);
        return new FolderLock(file);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>For the message to another opener only: on a full disk the lock is as good without it.</summary>
    static void WriteProcessId(FileStream file)
    {
        try
        {
            file.Write(Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
            file.Flush();
            file.SetLength(file.Position);
        }
        catch (IOException)
        {
            // The text of the last holder stays.
        }
    }

    static int? ReadProcessId(string path)
    {
        try
        {
            using var file = LocalDisk.OpenUnlocked(path);
            Span<byte> text = stackalloc byte[16];
            text = text[..RandomAccess.Read(file, text, 0)];
            text = text[..Math.Max(text.IndexOf((byte)'\n'), 0)];
            return int.TryParse(text, CultureInfo.InvariantCulture, out int id) ? id : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}

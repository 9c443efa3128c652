using System.Diagnostics;

namespace Presage.Tests.Support;

/// <summary>A tmpfs of some pages, which only root can have.</summary>
sealed class SmallFileSystem : IDisposable
{
    readonly string _folder;

    SmallFileSystem(string folder) => _folder = folder;

    /// <summary>Mounts one over a folder; null where this user may not.</summary>
    public static SmallFileSystem? TryMount(string folder, string size) =>
        Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder) == 0 ? new SmallFileSystem(folder) : null;

    /// <summary>Gives it another size, or makes it read-only.</summary>
    public void Remount(string options)
    {
        if (Run("mount", "-o", "remount," + options, _folder) != 0)
        {
            throw new IOException($"{_folder} cannot be remounted with {options}.");
        }
    }

    public void Dispose()
    {
        if (Run("umount", "-l", _folder) != 0)
        {
            throw new IOException($"{_folder} cannot be unmounted.");
        }
    }

    static int Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}

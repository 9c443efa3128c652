using Xunit;

namespace Presage.EndToEnd.Support;

/// <summary>A tmpfs of a few megabytes, mounted for one test by root.</summary>
sealed class SmallDisk(string folder) : IAsyncDisposable
{
    string Filler => Path.Combine(folder, "filler");

    public static async Task<SmallDisk> MountAsync(string folder, int megabytes)
    {
        int code = await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder);
        Assert.SkipUnless(code == 0, "this machine lets nobody mount a tmpfs");
        return new SmallDisk(folder);
    }

    /// <summary>Writes until not one byte more fits.</summary>
    public void Fill()
    {
        byte[] page = new byte[4096];
        using var file = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(page);
            }
        }
        catch (IOException)
        {
            // Full, as asked for.
        }
    }

    public void Free() => File.Delete(Filler);

    /// <summary>Makes it read-only, or writable again.</summary>
    public async Task ProtectAsync(bool readOnly)
    {
        int code = await RunAsync("mount", "-o", $"remount,{(readOnly ? "ro" : "rw")}", folder);
        Assert.Equal(0, code);
    }

    public async ValueTask DisposeAsync() => await RunAsync("umount", "-l", folder);

    static async Task<int> RunAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(program, arguments);
        await Eventually.Holds($"{program} ends", TimeSpan.FromSeconds(10), () => Task.FromResult(process.HasExited));
        return process.ExitCode;
    }
}

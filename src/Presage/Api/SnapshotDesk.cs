using System.Globalization;
using Presage.Configuration;
using Presage.State;
using Presage.Storage;

namespace Presage.Api;

/// <summary>
/// Makes and lists snapshots: folders below <c>snapshots</c> of the data folder that hold everything a server needs.
/// Samples are linked, the state file is copied by SQLite's backup, so each is consistent; the state is the younger.
/// </summary>
sealed class SnapshotDesk(PresageOptions options, TimeProvider time, IServiceProvider services) : IDisposable
{
    /// <summary>One at a time: two in the same second would want the same name.</summary>
    readonly SemaphoreSlim _turn = new(1, 1);

    public string Folder => Path.Combine(options.Data, "snapshots");

    /// <summary>The snapshots there are, oldest first.</summary>
    public IReadOnlyList<Snapshot> All => Directory.Exists(Folder)
        ? [.. Directory.EnumerateDirectories(Folder).Where(static f => !f.EndsWith(".tmp", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(Describe)]
        : [];

    /// <summary>Makes one.</summary>
    /// <exception cref="ProblemException">The disk refuses.</exception>
    public async Task<Snapshot> TakeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            string name = Name();
            string folder = Path.Combine(Folder, name), unfinished = folder + ".tmp";
            Directory.CreateDirectory(Folder);
            DeleteFolder(unfinished);
            await services.GetRequiredService<SampleStore>().SnapshotAsync(unfinished, cancellationToken);
            services.GetRequiredService<StateDatabase>().CopyTo(StateDatabase.PathIn(unfinished));
            CopyKeys(unfinished);
            Directory.Move(unfinished, folder);
            return Describe(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(
                StatusCodes.Status507InsufficientStorage, $"The snapshot was not made: {e.Message}", null,
                "Free some room or mend the permissions of the data folder, then try again.");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Deletes one; false where there is none of that name.</summary>
    public bool Delete(string name)
    {
        var known = All.FirstOrDefault(s => s.Name == name);
        if (known is not null)
        {
            DeleteFolder(known.Folder);
        }

        return known is not null;
    }

    public void Dispose() => _turn.Dispose();

    string Name()
    {
        string name = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string free = name;
        for (int i = 2; Directory.Exists(Path.Combine(Folder, free)); i++)
        {
            free = $"{name}-{i}";
        }

        return free;
    }

    /// <summary>The keys that the secrets in the state file are encrypted by.</summary>
    void CopyKeys(string target)
    {
        string keys = Path.Combine(options.Data, "keys");
        if (Directory.Exists(keys))
        {
            Directory.CreateDirectory(Path.Combine(target, "keys"));
            foreach (string file in Directory.EnumerateFiles(keys))
            {
                File.Copy(file, Path.Combine(target, "keys", Path.GetFileName(file)));
            }
        }
    }

    static Snapshot Describe(string folder)
    {
        var files = new DirectoryInfo(folder).GetFiles("*", SearchOption.AllDirectories);
        var made = new DateTimeOffset(Directory.GetLastWriteTimeUtc(folder), TimeSpan.Zero);
        return new Snapshot(
            Path.GetFileName(folder), Path.GetFullPath(folder), made.ToUnixTimeMilliseconds(), files.Length,
            files.Sum(static f => f.Length));
    }

    static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Presage.Api;
using Presage.Configuration;
using Presage.State;
using Presage.Storage;

namespace Presage.Cli;

/// <summary><c>presage backup</c> and <c>presage restore</c>.</summary>
static class BackupVerbs
{
    public static void AddTo(RootCommand root, Func<ParseResult, PresageOptions> options)
    {
        var target = new Argument<string>("FOLDER") { Description = "Where the copy goes; it must not exist yet" };
        var token = new Option<string?>("--token")
        {
            Description = "An API token of an administrator, for a server that runs; " + ClientToken.Elsewhere,
        };
        var url = new Option<string?>("--url")
        {
            Description = "The server, running on this machine; the one of the configuration when left out",
        };
        var backup = new Command("backup", "Copy everything a server holds; it may run meanwhile") 
        {
            target, url, token,
        };
        backup.SetAction(
            (parsed, cancellationToken) =>
                Failure.GuardAsync(() =>
                    BackUpAsync(
                        options(parsed),
                        parsed.GetRequiredValue(target),
                        parsed.GetValue(url),
                        parsed.GetValue(token),
                        cancellationToken
                    )
                )
        );
        root.Subcommands.Add(backup);

        var source = new Argument<string>("FOLDER") { Description = "A backup, or a snapshot" };
        var restore = new Command("restore", "Make a new data folder (--data) of a backup, and check it") { source };
        restore.SetAction(
            (parsed, _) => Failure.GuardAsync(() => Restore(parsed.GetRequiredValue(source), options(parsed).Data))
        );
        root.Subcommands.Add(restore);
    }

    static async Task<int> BackUpAsync(
        PresageOptions options,
        string target,
        string? url,
        string? token,
        CancellationToken cancellationToken
    )
    {
        Refuse(target);
        if (url is not null)
        {
            return await CopySnapshotAsync(ServerAddress.Named(url), false, target, token, cancellationToken);
        }

        try
        {
            using (DataFolder.Open(options.Data))
            {
                CopyFolder(options.Data, target, static name => name is "snapshots" or "presage.lock");
                return Check(target);
            }
        }
        catch (DataFolderLockedException)
        {
            // A server runs: it makes the copy consistent.
        }
        catch (IOException e)
        {
            throw new StartException(e.Message, e);
        }

        return await CopySnapshotAsync(ServerAddress.Of(options), true, target, token, cancellationToken);
    }

    static async Task<int> CopySnapshotAsync(
        Uri server,
        bool own,
        string target,
        string? token,
        CancellationToken cancellationToken
    )
    {
        using var handler = new HttpClientHandler();
        if (own)
        {
            // As for the health check: the server is this machine's own.
            handler.ServerCertificateCustomValidationCallback =
                HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;
        }

        using var client = new HttpClient(handler) { BaseAddress = server };
        if (ClientToken.Of(token, "PRESAGE_API_TOKEN") is { } secret)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        }

        try
        {
            using var answer = await client.PostAsync("/api/presage/v1/snapshots", null, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                throw new StartException(
                    $"The server at {client.BaseAddress} refuses a snapshot ({(int)answer.StatusCode}): "
                        + $"{await answer.Content.ReadAsStringAsync(cancellationToken)} Give the API token "
                        + "of an administrator by --token; "
                        + "`presage token create NAME --kind api --role administrator` makes one."
                );
            }

            var snapshot = (await answer.Content.ReadFromJsonAsync<Snapshot>(cancellationToken))!;
            CopyFolder(snapshot.Folder, target, static _ => false);
            using var deleted = await client.DeleteAsync(
                $"/api/presage/v1/snapshots/{snapshot.Name}",
                cancellationToken
            );
            return Check(target);
        }
        catch (HttpRequestException e)
        {
            throw new StartException(
                $"The server does not answer at {client.BaseAddress}: {e.Message}",
                e
            );
        }
    }

    static int Restore(string source, string target)
    {
        if (!Directory.Exists(Path.Combine(source, "blocks")))
        {
            throw new StartException($"{Path.GetFullPath(source)} is no backup: there is no folder \"blocks\" in it.");
        }

        Refuse(target);
        CopyFolder(source, target, static name => name is "snapshots" or "presage.lock");
        int damages = Check(target);
        using (StateDatabase.Open(target))
        {
            // Opened and brought up to date.
        }

        Console.Out.WriteLine($"Start the server on it by: presage --data {target}");
        return damages;
    }

    /// <summary>Reads all of a copy; what was damaged before is damaged there too, and is told.</summary>
    static int Check(string folder)
    {
        using var copy = StorageVerbs.OpenFolder(folder);
        var damages = copy.Verify(static _ => { });
        foreach (var damage in damages)
        {
            Console.Error.WriteLine($"presage: {damage.File}, byte {damage.OffsetBytes}: {damage.Reason}");
        }

        var files = copy.Files();
        Console.Out.WriteLine(
            $"{Path.GetFullPath(folder)}: {files.Count} files of samples, {files.Sum(static f => f.Bytes)} bytes, "
                + $"{damages.Count} damaged."
        );
        return damages.Count == 0 ? 0 : 1;
    }

    static void Refuse(string target)
    {
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new StartException(
                $"{Path.GetFullPath(target)} is not empty. Name a folder that does not exist, so that nothing is lost."
            );
        }
    }

    static void CopyFolder(string from, string to, Func<string, bool> leftOut)
    {
        try
        {
            Directory.CreateDirectory(to);
            foreach (string folder in Directory.EnumerateDirectories(from))
            {
                if (!leftOut(Path.GetFileName(folder)))
                {
                    CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)), static _ => false);
                }
            }

            foreach (string file in Directory.EnumerateFiles(from))
            {
                if (!leftOut(Path.GetFileName(file)))
                {
                    File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{from} could not be copied to {to}: {e.Message}", e);
        }
    }
}

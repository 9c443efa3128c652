using System.Net;
using Presage.EndToEnd.Support;
using Presage.Metrics;
using Xunit;

namespace Presage.EndToEnd;

/// <summary>Data folders with wrong permissions and on read-only file systems: real ones, for a server that is not
/// root.</summary>
[Collection(OneAtATime.Name)]
public sealed class BadFolderTests
{
    const int Nobody = 65534;

    static readonly string[] Plain = ["--auth", "none", "--collect", "off"];

    long _newestMs;

    [Fact]
    public async Task Files_of_another_user_are_named_at_the_start_and_refuse_nothing_later_than_they_must()
    {
        using var folder = new TemporaryFolder();
        string data = await PrepareAsync(folder);
        await ServeAsync(data, static async server => Assert.Equal(HttpStatusCode.NoContent, await server.Send()));
        string[] blocks = BlocksOf(data); // One, or two where an hour ended meanwhile.
        string block = blocks[0];

        // A block that cannot be read: the server does not start, because half of the history is no history.
        await OwnAsync(0, block);
        await DoAsync("chmod", "600", block);
        var (exitCode, output) = await PresageProcess.RunAsync(
            asNobody: true, ["serve", "--data", data, "--listen", $"127.0.0.1:{FreePort.Next()}", .. Plain]);
        Assert.Equal(1, exitCode);
        Assert.Contains($"'{block}' is denied. Give all of it to the user nobody", output, StringComparison.Ordinal);
        await OwnAsync(Nobody, block);

        // A folder of blocks that cannot be written: samples stay in the journal until it can.
        await OwnAsync(0, Path.Combine(data, "blocks"));
        await ServeAsync(data, static async server => Assert.Equal(HttpStatusCode.NoContent, await server.Send()));
        Assert.Equal(blocks, BlocksOf(data));

        // A folder of the journal that cannot be written: refused, and queries go on.
        await OwnAsync(0, Path.Combine(data, "journal"));
        await ServeAsync(data, static async server =>
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await server.Send());
            Assert.Equal(2, await server.Count());
            var status = await server.Process.GetAsync("/api/presage/v1/status");
            Assert.Contains("is denied", status.GetProperty("notWritableReason").GetString(), StringComparison.Ordinal);
        });

        await OwnAsync(Nobody, Path.Combine(data, "blocks"), Path.Combine(data, "journal"));
        await ServeAsync(data, static async server =>
        {
            Assert.Equal(HttpStatusCode.NoContent, await server.Send());
            Assert.Equal(3, await server.Count());
        });
        Assert.True(BlocksOf(data).Length > blocks.Length, "What waited in the journal is in no block.");
    }

    [Fact]
    public async Task A_read_only_file_system_is_named_at_the_start_and_tools_read_it()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root to mount a small tmpfs");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["disk"]);
        await using var mount = await SmallDisk.MountAsync(folder["disk"], megabytes: 64);
        string data = Path.Combine(folder["disk"], "data");
        await using (var server = await PresageProcess.StartAsync(data, FreePort.Next(), Plain))
        {
            Assert.Equal(HttpStatusCode.NoContent, await new Asked(server, this).Send());
            Assert.Equal(0, await server.StopAsync());
        }

        await mount.ProtectAsync(readOnly: true);
        var (exitCode, output) = await PresageProcess.RunAsync(
            asNobody: false, ["serve", "--data", data, "--listen", $"127.0.0.1:{FreePort.Next()}", .. Plain]);
        Assert.Equal(1, exitCode);
        Assert.Contains("Read-only file system", output, StringComparison.Ordinal);
        (exitCode, output) = await PresageProcess.RunAsync(asNobody: false, "storage", "verify", "--data", data);
        Assert.True(exitCode == 0, output);
        (_, output) = await PresageProcess.RunAsync(asNobody: false, "storage", "inspect", "--data", data);
        Assert.Contains(".block", output, StringComparison.Ordinal);

        await mount.ProtectAsync(readOnly: false);
        await using var again = await PresageProcess.StartAsync(data, FreePort.Next(), Plain);
        Assert.Equal(1, await new Asked(again, this).Count());
    }

    /// <summary>A folder that belongs to the user nobody, where that user may run the server.</summary>
    static async Task<string> PrepareAsync(TemporaryFolder folder)
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root to become another user");
        string data = Directory.CreateDirectory(folder["data"]).FullName;
        for (string? path = data; path != Path.GetTempPath().TrimEnd('/'); path = Path.GetDirectoryName(path)!)
        {
            await DoAsync("chmod", "o+rx", path);
        }

        await OwnAsync(Nobody, data);
        var (exitCode, _) = await PresageProcess.RunAsync(asNobody: true, "version");
        Assert.SkipUnless(exitCode == 0, "the server lies where other users have no access");
        return data;
    }

    static string[] BlocksOf(string data) =>
        [.. Directory.GetFiles(Path.Combine(data, "blocks")).Order(StringComparer.Ordinal)];

    static Task OwnAsync(int user, params string[] paths) => DoAsync("chown", [$"{user}", .. paths]);

    static async Task DoAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(program, arguments);
        await Eventually.Holds($"{program} ends", TimeSpan.FromSeconds(10), () => Task.FromResult(process.HasExited));
        Assert.Equal(0, process.ExitCode);
    }

    async Task ServeAsync(string data, Func<Asked, Task> ask)
    {
        await using var server = await PresageProcess.StartAsNobodyAsync(data, FreePort.Next(), Plain);
        await ask(new Asked(server, this));
        Assert.Equal(0, await server.StopAsync());
    }

    /// <summary>A server that runs, and what is asked of it.</summary>
    sealed record Asked(PresageProcess Process, BadFolderTests Test)
    {
        public async Task<HttpStatusCode> Send()
        {
            Test._newestMs = Math.Max(Test._newestMs + 1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            var batch = new SampleBatch();
            batch.AddSeries(LabelSet.OfMetric("bad_folder_test", new Label("instance", "a")).ToKey());
            batch.AddSample(Test._newestMs, 1);
            using var answer = await new RemoteWriter(Process.Client).SendAsync(batch);
            return answer.StatusCode;
        }

        public Task<double?> Count() => Process.ValueAsync("count_over_time(bad_folder_test[1h])");
    }
}

using System.Net;
using Presage.Api;
using Presage.Configuration;
using Presage.Receivers;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Server;

public sealed class StartTests
{
    [Fact]
    public async Task A_second_server_on_the_same_folder_is_refused_and_the_holder_named()
    {
        await using var first = await ServerFixture.StartAsync();

        var refusal = await Assert.ThrowsAsync<StartException>(
            () => ServerFixture.StartAsync(configure: o => o.Data = first.DataFolder));

        Assert.Contains(Environment.ProcessId.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(first.DataFolder, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_what_to_do_and_the_folder_is_free_again()
    {
        await using var first = await ServerFixture.StartAsync();
        int port = first.Server.Listening.Local.Port;
        string folder = Directory.CreateTempSubdirectory("presage-port-").FullName;

        var refusal = await Assert.ThrowsAsync<StartException>(() => ServerFixture.StartAsync(configure: o =>
        {
            o.Listen = new IPEndPoint(IPAddress.Loopback, port);
            o.Data = folder;
        }));

        Assert.Contains($"Port {port} ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--listen", refusal.Message, StringComparison.Ordinal);
        await using var second = await ServerFixture.StartAsync(configure: o => o.Data = folder);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_state_file_that_cannot_be_used_is_named_with_what_to_do()
    {
        string folder = Directory.CreateTempSubdirectory("presage-state-").FullName;
        string file = Directory.CreateDirectory(Path.Combine(folder, "state.db")).FullName;
        var notOpened = await Assert.ThrowsAsync<StartException>(
            () => ServerFixture.StartAsync(configure: o => o.Data = folder));
        Directory.Delete(file);
        await File.WriteAllTextAsync(file, new string('x', 5000));
        var damaged = await Assert.ThrowsAsync<StartException>(
            () => ServerFixture.StartAsync(configure: o => o.Data = folder));

        Assert.StartsWith($"The state file {file} cannot be used: ", notOpened.Message, StringComparison.Ordinal);
        Assert.EndsWith("whom this server runs as.", notOpened.Message, StringComparison.Ordinal);
        Assert.StartsWith($"The state file {file} cannot be used: ", damaged.Message, StringComparison.Ordinal);
        Assert.Contains("Restore it from a backup", damaged.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_restart()
    {
        string folder = Directory.CreateTempSubdirectory("presage-restart-").FullName;
        await using (
            var first = await ServerFixture.StartAsync(auth: AuthenticationMode.None, configure: Collecting(folder)))
        {
            await first.Part<LocalMachine>().Collection!.CollectAsync(CancellationToken.None);
            Assert.Equal([Environment.MachineName], first.Part<SampleStore>().Hosts);
        }

        await using (
            var second = await ServerFixture.StartAsync(auth: AuthenticationMode.None, configure: Collecting(folder)))
        {
            Assert.Contains(Environment.MachineName, second.Part<SampleStore>().Hosts);
        }

        Directory.Delete(folder, recursive: true);

        static Action<PresageOptions> Collecting(string folder) => o =>
        {
            o.Data = folder;
            o.CollectionEnabled = true;
            o.CollectionInterval = TimeSpan.FromHours(1);
        };
    }

    [Fact]
    public async Task An_address_that_is_not_loopback_waits_for_the_administrator()
    {
        await using var server = await ServerFixture.StartAsync(
            configure: static o => o.Listen = new IPEndPoint(IPAddress.Any, 0));

        Assert.True(server.Server.Listening.WaitsForAdministrator);
        Assert.True(server.Server.Listening.LoopbackOnly);
    }

    [Fact]
    public async Task Without_a_built_dashboard_the_page_says_how_to_build_it()
    {
        string empty = Directory.CreateTempSubdirectory("presage-web-").FullName;
        await using var server = await ServerFixture.StartAsync(configure: o => o.WebFolder = empty);

        using var answer = await server.Client.GetAsync("/");

        Assert.Contains("npm run build", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Directory.Delete(empty);
    }

    [Fact]
    public async Task The_dashboard_is_served_compressed_and_cached_and_nothing_beside_its_folder()
    {
        string web = Directory.CreateTempSubdirectory("presage-web-").FullName;
        Directory.CreateDirectory(Path.Combine(web, "dist", "assets"));
        await File.WriteAllTextAsync(Path.Combine(web, "secret.txt"), "secret");
        await File.WriteAllTextAsync(
            Path.Combine(web, "dist", "index.html"), "<!doctype html>" + new string('x', 5000));
        await File.WriteAllTextAsync(Path.Combine(web, "dist", "assets", "app-1a2b.js"), new string('y', 5000));
        await using var server =
            await ServerFixture.StartAsync(configure: o => o.WebFolder = Path.Combine(web, "dist"));
        server.Client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");

        using var page = await server.Client.GetAsync("/hosts/web1");
        using var script = await server.Client.GetAsync("/assets/app-1a2b.js");
        using var gone = await server.Client.GetAsync("/assets/app-0000.js");
        using var beside = await server.Client.GetAsync("/..%2fsecret.txt");

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-cache", page.Headers.CacheControl?.ToString());
        Assert.Contains("frame-ancestors 'none'", page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal);
        Assert.Equal(["br"], script.Content.Headers.ContentEncoding);
        Assert.Contains("immutable", script.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.DoesNotContain("secret", await beside.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Directory.Delete(web, recursive: true);
    }
}

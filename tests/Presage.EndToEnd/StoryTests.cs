using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Presage.EndToEnd.Support;
using Xunit;

namespace Presage.EndToEnd;

/// <summary>
/// The whole story of a new administrator, in a real browser: first start, account, channels with test buttons, this
/// machine under stress, the anomaly on the page, mail and webhook, and a second server by its agent.
/// </summary>
[Collection(OneAtATime.Name)]
public sealed class StoryTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    const string Password = "correct horse battery staple";

    static readonly TimeSpan PageLimit = TimeSpan.FromSeconds(20);

    /// <summary>The aim is 2 s; a slower neighbour on the test machine may add to it.</summary>
    static readonly TimeSpan MoveLimit = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task From_the_first_start_to_the_mail()
    {
        using var folder = new TemporaryFolder();
        int port = FreePort.Next();
        await TeachAsync(folder["data"], port);
        await using var mail = await MailSink.StartAsync(folder["mail"]);
        using var hook = new HookSink();
        await using var server = await PresageProcess.StartAsync(folder["data"], port);
        await using var context = await browser.Browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = 1440, Height = 900 },
            }
        );
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout((float)PageLimit.TotalMilliseconds);
        var problems = new List<string>();
        page.PageError += (_, error) => problems.Add(error);

        try
        {
            await CreateAdministratorAsync(page, server);
            await AddChannelsAsync(page, server.Address, mail.Port, hook.Address);
            server.UseToken(await CreateTokenAsync(page));
            long forMs = await ShortenCpuRuleAsync(server);

            await WatchStressAsync(page, server);
            await AssertToldAsync(server, mail, hook, forMs);
            await AddServerAsync(page, server, folder["spool"]);
            await LookAroundAsync(context, page, server.Address);
            Assert.Empty(problems);
        }
        catch
        {
            await PictureAsync(page, "failed");
            await File.WriteAllTextAsync(
                Path.Combine(Product.Screenshots, "failed.txt"),
                $"{server.Output}\n{string.Join('\n', problems)}\n{string.Join('\n', hook.Bodies)}");
            throw;
        }
    }

    /// <summary>Forty minutes of an idle past, so that the usual range of this machine is known.</summary>
    static async Task TeachAsync(string dataFolder, int port)
    {
        await using var teacher = await PresageProcess.StartAsync(
            dataFolder,
            port,
            "--auth",
            "none",
            "--collect",
            "off"
        );
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000 * 1000;
        var history = new SimulatedHistory(Environment.MachineName, Environment.ProcessorCount, seed: 7);
        await history.SendAsync(new RemoteWriter(teacher.Client), now, minutes: 40);
        await Eventually.Holds(
            "the usual range is learned from history",
            TimeSpan.FromSeconds(60),
            async () =>
            {
                var host = await teacher.GetAsync($"/api/presage/v1/hosts/{Environment.MachineName}");
                var cpu = host.GetProperty("vitals")
                    .EnumerateArray()
                    .FirstOrDefault(static vital => vital.GetProperty("key").GetString() == "cpu_use");
                return cpu.ValueKind == JsonValueKind.Object && cpu.GetProperty("learned").GetBoolean();
            }
        );
        Assert.Equal(0, await teacher.StopAsync());
    }

    static async Task CreateAdministratorAsync(IPage page, PresageProcess server)
    {
        string link = await server.Printed(@"http://127\.0\.0\.1:\d+/setup\?token=[\w-]+");
        await page.GotoAsync(link);
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("ada");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await page.GetByLabel("Repeat password").FillAsync(Password);
        await PictureAsync(page, "setup");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create administrator" }).ClickAsync();
        await page.WaitForURLAsync(new Uri(server.Address, "/").ToString());
        await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
        await page.Locator("[data-vital='cpu_use']").First.WaitForAsync();
        await PictureAsync(page, "overview-first");
    }

    static async Task AddChannelsAsync(IPage page, Uri address, int mailPort, string hook)
    {
        await page.GotoAsync(new Uri(address, "/alerts/channels").ToString());
        await AddChannelAsync(
            page,
            "E-mail",
            new()
            {
                ["Name"] = "On-call mail",
                ["SMTP server"] = "127.0.0.1",
                ["Port"] = mailPort.ToString(),
                ["From"] = "presage@example.test",
                ["To"] = "ada@example.test",
            }
        );
        await AddChannelAsync(page, "Webhook", new() { ["Name"] = "Hook", ["URL"] = hook });
        await PictureAsync(page, "channels");
    }

    static async Task AddChannelAsync(IPage page, string kind, Dictionary<string, string> fields)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a channel" }).First.ClickAsync();
        await page.GetByText(kind, new() { Exact = true }).Last.ClickAsync();
        foreach (var (label, value) in fields)
        {
            await page.GetByLabel(label, new() { Exact = true }).FillAsync(value);
        }

        var security = page.GetByLabel("Security", new() { Exact = true });
        if (await security.CountAsync() > 0)
        {
            await security.SelectOptionAsync("none");
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Send a test" }).ClickAsync();
        await page.GetByText(new Regex("Delivered")).First.WaitForAsync();
        await PictureAsync(page, $"channel-{kind}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByText(fields["Name"]).First.WaitForAsync();
    }

    /// <summary>A token for the test's own questions, made with the session of the browser.</summary>
    static async Task<string> CreateTokenAsync(IPage page) =>
        await page.EvaluateAsync<string>(
            """
            async () => {
              const answer = await fetch('/api/presage/v1/tokens', {
                method: 'POST', headers: { 'content-type': 'application/json' },
                body: JSON.stringify({ name: 'story', kind: 'api', role: 'administrator', expiresInHours: 1 }) });
              if (!answer.ok) throw new Error(await answer.text());
              return (await answer.json()).token;
            }
            """
        );

    /// <summary>Makes the stock CPU rule fire after 5 s instead of minutes; returns its `for` in ms.</summary>
    static async Task<long> ShortenCpuRuleAsync(PresageProcess server)
    {
        var rules = await server.GetAsync("/api/presage/v1/rules");
        var cpu = rules
            .EnumerateArray()
            .First(static rule => rule.GetProperty("query").GetString()!.Contains("cpu_use", StringComparison.Ordinal));
        await server.SendAsync(
            HttpMethod.Put,
            $"/api/presage/v1/rules/{cpu.GetProperty("id").GetString()}",
            new { forSeconds = 5 }
        );
        return 5000;
    }

    static async Task WatchStressAsync(IPage page, PresageProcess server)
    {
        await page.GotoAsync(new Uri(server.Address, $"/hosts/{Environment.MachineName}").ToString());
        await page.GetByText("CPU", new() { Exact = true }).First.WaitForAsync();
        await RecordTileAsync(page);
        double before = await CalmAsync(page);
        await using var stress = ChildProcess.Start("/usr/bin/stress-ng", ["--cpu", "2", "--timeout", "45s"]);
        long started = TimeProvider.System.GetTimestamp();
        long startedMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var moved = await Eventually.Get(
            "the CPU vital moves on the page",
            MoveLimit,
            async () => (await RecordedAsync(page)).Find(shown => shown.TimeMs > startedMs && shown.Value > before + 8)
        );
        File.AppendAllText(
            Path.Combine(Product.Screenshots, "figures.txt"),
            $"CPU vital moved on the page after: {(moved.TimeMs - startedMs) / 1000.0:0.00} s, from {before} % "
                + $"({string.Join(", ", (await RecordedAsync(page)).TakeLast(8))})\n"
        );

        await page.GetByText(new Regex("CPU.* usually ")).First.WaitForAsync(new() { Timeout = 35_000 });
        Report("anomaly shown on the page after", started);
        await Eventually.Holds(
            "the rule fires",
            TimeSpan.FromSeconds(40),
            async () => await FiringAsync(server) is not null
        );
        await PictureAsync(page, "host-stressed");
        await page.GotoAsync(new Uri(server.Address, "/").ToString());
        await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
        await PictureAsync(page, "overview-firing");
        await page.GotoAsync(new Uri(server.Address, "/alerts").ToString());
        await page.GetByText("CPU").First.WaitForAsync();
        await PictureAsync(page, "alerts-firing");
    }

    /// <summary>Lets the page itself note when its CPU tile shows what.</summary>
    static async Task RecordTileAsync(IPage page) => await page.EvaluateAsync(
        """
        () => {
          const read = () => {
            const tile = document.querySelector("[data-vital='cpu_use']");
            const found = /([\d.]+)\s?%/.exec(tile?.innerText ?? '');
            const value = found === null ? NaN : Number(found[1]);
            const last = window.shown.at(-1);
            if (last === undefined || last.value !== value) window.shown.push({ timeMs: Date.now(), value });
          };
          window.shown = [];
          new MutationObserver(read).observe(document.body, { subtree: true, childList: true, characterData: true });
          read();
        }
        """
    );

    static async Task<List<Shown>> RecordedAsync(IPage page) => JsonSerializer.Deserialize<List<Shown>>(
        await page.EvaluateAsync<string>("() => JSON.stringify(window.shown.filter(s => s.value === s.value))"),
        JsonSerializerOptions.Web
    )!;

    /// <summary>
    /// Waits until the machine has room for stress and its last values lie together; the greatest of these.
    /// </summary>
    static async Task<double> CalmAsync(IPage page)
    {
        double[] last = [];
        await Eventually.Holds(
            "the machine is calm enough to be stressed",
            TimeSpan.FromSeconds(90),
            async () =>
            {
                last = [.. (await RecordedAsync(page)).TakeLast(3).Select(static shown => shown.Value)];
                return last.Length == 3 && last.Max() < 70 && last.Max() - last.Min() < 15;
            }
        );
        return last.Max();
    }

    static async Task<JsonElement?> FiringAsync(PresageProcess server)
    {
        var alerts = await server.GetAsync("/api/presage/v1/alerts?state=open");
        var cpu = alerts
            .GetProperty("items")
            .EnumerateArray()
            .FirstOrDefault(static alert =>
                alert.GetProperty("query").GetString()!.Contains("cpu_use", StringComparison.Ordinal)
                && alert.GetProperty("state").GetString() == "firing"
            );
        return cpu.ValueKind == JsonValueKind.Object ? cpu : null;
    }

    static async Task AssertToldAsync(PresageProcess server, MailSink mail, HookSink hook, long forMs)
    {
        var alert = (await FiringAsync(server))!.Value;
        var due = DateTimeOffset.FromUnixTimeMilliseconds(alert.GetProperty("startedMs").GetInt64() + forMs);
        var first = await Eventually.Get(
            "the mail is accepted",
            TimeSpan.FromSeconds(10),
            // The host being unlike usual is told too, often earlier, and names the CPU as well.
            () => Task.FromResult(
                mail.Mails().FirstOrDefault(static m => m.Text.Contains("CPU is", StringComparison.Ordinal)))
        );
        double delay = (first.AcceptedAt - due).TotalSeconds;
        Figures.Add($"mail accepted {delay:F2} s after `for` ended");
        Assert.InRange(delay, -0.5, 2);
        Assert.Contains(Environment.MachineName, first.Text);
        await Eventually.Holds(
            "the webhook arrives",
            TimeSpan.FromSeconds(5),
            () =>
                Task.FromResult(
                    hook.Bodies.Any(static body =>
                        body.GetProperty("status").GetString() == "firing"
                        && body.GetProperty("version").GetString() == "4"
                    )
                )
        );
        await Eventually.Holds(
            "the end is told",
            TimeSpan.FromSeconds(120),
            () => Task.FromResult(hook.Bodies.Any(static body => body.GetProperty("status").GetString() == "resolved"))
        );
    }

    static async Task AddServerAsync(IPage page, PresageProcess server, string spool)
    {
        await page.GotoAsync(new Uri(server.Address, "/servers").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a server" }).First.ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByText(new Regex("--token")).First.WaitForAsync();
        await PictureAsync(page, "add-server");
        string token = Regex.Match(await dialog.InnerTextAsync(), @"--token\s+(\S+)").Groups[1].Value;
        await using var agent = ChildProcess.Start(
            Product.Agent,
            ["--server", server.Address.ToString(), "--token", token, "--spool", spool, "--label", "instance=web-09"]
        );
        await dialog.GetByText(new Regex("web-09")).First.WaitForAsync();
        await PictureAsync(page, "add-server-arrived");
        await page.Keyboard.PressAsync("Escape");
        await page.GotoAsync(new Uri(server.Address, "/hosts/web-09").ToString());
        await page.Locator("[data-vital='cpu_use']").First.WaitForAsync();
        await PictureAsync(page, "host-web-09");
    }

    /// <summary>Pictures of every page in both themes and on a phone, and no failing request on the way.</summary>
    static async Task LookAroundAsync(IBrowserContext context, IPage page, Uri address)
    {
        string[] paths =
        [
            "/",
            "/hosts",
            $"/hosts/{Environment.MachineName}",
            "/alerts",
            "/alerts/rules",
            "/alerts/channels",
            "/servers",
            "/settings",
        ];
        foreach (string theme in (string[])["light", "dark"])
        {
            await page.EmulateMediaAsync(
                new() { ColorScheme = theme == "dark" ? ColorScheme.Dark : ColorScheme.Light }
            );
            foreach (var (width, height) in ((int, int)[])[(1440, 900), (390, 844)])
            {
                await page.SetViewportSizeAsync(width, height);
                foreach (string path in paths)
                {
                    await page.GotoAsync(new Uri(address, path).ToString());
                    await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
                    string name = path.Trim('/').Replace('/', '-');
                    await PictureAsync(page, $"{(name.Length == 0 ? "overview" : name)}-{theme}-{width}");
                    int overflow = await page.EvaluateAsync<int>(
                        "document.documentElement.scrollWidth - window.innerWidth"
                    );
                    Assert.True(overflow <= 0, $"{path} at {width} px is {overflow} px too wide.");
                }
            }
        }

        Assert.NotEmpty(await context.CookiesAsync());
    }

    static async Task PictureAsync(IPage page, string name)
    {
        string safe = name.Replace(Environment.MachineName, "this-machine");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Product.Screenshots, $"{safe}.png"), FullPage = true });
    }

    static void Report(string what, long started) =>
        Figures.Add($"{what} {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F2} s");

    /// <summary>A value of the tile and when the page began to show it.</summary>
    sealed record Shown(long TimeMs, double Value)
    {
        public override string ToString() => $"{Value} at {TimeMs % 100_000 / 1000.0:0.00}";
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Presage.State;
using Xunit;

namespace Presage.Tests.Server;

public sealed class SessionTests
{
    const string Session = "/api/presage/v1/session";
    const string Setup = "/api/presage/v1/setup";
    const string Users = "/api/presage/v1/users";

    [Fact]
    public async Task The_set_up_link_creates_one_administrator_and_signs_in()
    {
        await using var server = await ServerFixture.StartAsync();
        string token = server.Server.SetupLink!.Query["?token=".Length..];
        using var browser = server.NewClient(new CookieContainer());
        Assert.True((await browser.GetFromJsonAsync<JsonElement>(Session)).GetProperty("setupRequired").GetBoolean());

        using var wrong =
            await browser.PostAsJsonAsync(Setup, new { token = "x", name = "ann", password = ServerFixture.Password });
        using var weak = await browser.PostAsJsonAsync(Setup, new { token, name = "ann", password = "short" });
        using var right =
            await browser.PostAsJsonAsync(Setup, new { token, name = "ann", password = ServerFixture.Password });
        using var again =
            await browser.PostAsJsonAsync(Setup, new { token, name = "bob", password = ServerFixture.Password });

        Assert.Equal("token", (await ServerFixture.ProblemAsync(wrong, HttpStatusCode.UnprocessableEntity)).GetProperty(
            "field").GetString());
        Assert.Equal("password", (await ServerFixture.ProblemAsync(
            weak, HttpStatusCode.UnprocessableEntity)).GetProperty("field").GetString());
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        await ServerFixture.ProblemAsync(again, HttpStatusCode.Conflict);
        var session = await browser.GetFromJsonAsync<JsonElement>(Session);
        Assert.Equal("ann", session.GetProperty("user").GetProperty("name").GetString());
        Assert.False(session.GetProperty("setupRequired").GetBoolean());
        string cookie = Assert.Single(right.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Two_uses_of_the_set_up_link_at_once_make_one_account()
    {
        await using var server = await ServerFixture.StartAsync();
        string token = server.Server.SetupLink!.Query["?token=".Length..];

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => server.Client.PostAsJsonAsync(
            Setup, new { token, name = $"user{i}", password = ServerFixture.Password })));

        Assert.Single(answers, static a => a.StatusCode == HttpStatusCode.OK);
        Assert.Single(server.Part<Accounts>().Users());
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        using var browser = await server.SignInAsync();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Users)).StatusCode);

        await browser.DeleteAsync(Session);

        await ServerFixture.ProblemAsync(await browser.GetAsync(Users), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public void A_session_ends_two_weeks_after_its_last_use()
    {
        // Without the server: its loops would turn millions of times in two weeks.
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var folder = Directory.CreateTempSubdirectory("presage-sessions-");
        using (var state = StateDatabase.Open(folder.FullName))
        {
            new Accounts(state, time).Create("ann", Role.Viewer, ServerFixture.Password);
            var sessions = new Sessions(state, time);
            var id = sessions.Start("ann");
            for (int i = 0; i < 3; i++)
            {
                time.Advance(TimeSpan.FromDays(13));
                Assert.NotNull(sessions.Find(id, out bool renewed));
                Assert.True(renewed);
            }

            time.Advance(TimeSpan.FromDays(14.1));
            Assert.Null(sessions.Find(id, out _));
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_change_of_role_or_password_takes_effect_at_once()
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        server.Part<Accounts>().Create("bob", Role.Administrator, ServerFixture.Password);
        using var ann = await server.SignInAsync();
        using var bob = await server.SignInAsync("BOB");

        await ann.PatchAsJsonAsync(Users + "/bob", new { role = "viewer" });
        await ServerFixture.ProblemAsync(await bob.GetAsync(Users), HttpStatusCode.Forbidden);
        await ann.PatchAsJsonAsync(Users + "/bob", new { password = "another long password" });
        await ServerFixture.ProblemAsync(await bob.GetAsync(Users), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_last_administrator_cannot_be_removed()
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        using var ann = await server.SignInAsync();

        await ServerFixture.ProblemAsync(await ann.DeleteAsync(Users + "/ann"), HttpStatusCode.Conflict);
        await ServerFixture.ProblemAsync(
            await ann.PatchAsJsonAsync(Users + "/ann", new { role = "viewer" }), HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Guessing_is_slowed_down_for_the_name_and_address()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await ServerFixture.StartSetUpAsync(time);
        var limiter = server.Part<Presage.Api.SignInLimiter>();
        for (int i = 0; i < Presage.Api.SignInLimiter.FailuresPerNameMax; i++)
        {
            limiter.Failed("127.0.0.1", "ann");
        }

        using var refused =
            await server.Client.PostAsJsonAsync(Session, new { name = "ann", password = ServerFixture.Password });
        await ServerFixture.ProblemAsync(refused, HttpStatusCode.TooManyRequests);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.FromMinutes(4));

        time.Advance(Presage.Api.SignInLimiter.Window);
        using var browser = await server.SignInAsync();
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "same-site", false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Sec-Fetch-Site", "none", true)]
    [InlineData("Origin", "https://evil.example", false)]
    [InlineData("Origin", "null", false)]
    [InlineData("X-Nothing", "", true)]
    public async Task Changes_from_pages_of_other_sites_are_refused(string header, string value, bool accepted)
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        using var browser = await server.SignInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/presage/v1/tokens")
        {
            Content = JsonContent.Create(new { name = "t", kind = "agent" }),
        };
        request.Headers.TryAddWithoutValidation(header, value);

        using var answer = await browser.SendAsync(request);

        Assert.Equal(accepted ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Without_sign_in_only_loopback_names_are_answered()
    {
        await using var server = await ServerFixture.StartAsync(auth: Presage.Api.AuthenticationMode.None);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/presage/v1/users");
        request.Headers.Host = "evil.example";

        using var rebound = await server.Client.SendAsync(request);
        using var local = await server.Client.GetAsync("/api/presage/v1/users");

        await ServerFixture.ProblemAsync(rebound, HttpStatusCode.MisdirectedRequest);
        Assert.Equal(HttpStatusCode.OK, local.StatusCode);
    }

    [Fact]
    public async Task Every_change_and_failed_sign_in_is_in_the_audit_log_without_secrets()
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        using var ann = await server.SignInAsync();
        await ann.PostAsJsonAsync(Users, new { name = "bob", role = "viewer", password = "a very long secret" });
        await ann.PostAsJsonAsync("/api/presage/v1/tokens", new { name = "grafana", kind = "api", role = "viewer" });
        await ann.DeleteAsync(Users + "/bob");
        await server.Client.PostAsJsonAsync(Session, new { name = "mallory", password = "guess" });
        await ann.PostAsJsonAsync("/api/v1/labels", "");

        string text = await ann.GetStringAsync("/api/presage/v1/audit");
        var actions = JsonDocument.Parse(text).RootElement.EnumerateArray()
            .Select(static e => $"{e.GetProperty("user")} {e.GetProperty("action")} {e.GetProperty("subject")}");

        Assert.Equal(
            ["anonymous signInFailed mallory", "ann deleteUser bob", "ann createToken grafana", "ann createUser bob",
                "ann signIn ann"],
            actions);
        Assert.DoesNotContain("secret", text);
        Assert.DoesNotContain("guess", text);
    }

    [Fact]
    public async Task Revoked_and_expired_tokens_stop_working()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await ServerFixture.StartSetUpAsync(time);
        var tokens = server.Part<Tokens>();
        var grant = new TokenGrant("t", TokenKind.Api, Role.Viewer, "test");
        var (revoked, stored) = tokens.Create(grant);
        var (expiring, _) = tokens.Create(grant with { ExpiresAfter = TimeSpan.FromHours(1) });
        using var first = server.ClientWith(revoked);
        using var second = server.ClientWith(expiring);
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("/api/presage/v1/hosts")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/api/presage/v1/hosts")).StatusCode);

        tokens.Delete(stored.Id);
        time.Advance(TimeSpan.FromHours(1));

        await ServerFixture.ProblemAsync(await first.GetAsync("/api/presage/v1/hosts"), HttpStatusCode.Unauthorized);
        await ServerFixture.ProblemAsync(await second.GetAsync("/api/presage/v1/hosts"), HttpStatusCode.Unauthorized);
        Assert.Contains("127.0.0.1", tokens.All().Single().LastUsedFrom, StringComparison.Ordinal);
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Presage.Alerting.Rules;
using Presage.Api;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Alerting;

/// <summary>Alerting through the whole server: its API, its loops, a real mail server, the system's clock.</summary>
[Collection(Alone.Name)]
public sealed class AlertingServerTests(ITestOutputHelper output) : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presage-alerting-");
    readonly HttpClient _http = new();
    PresageServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new PresageOptions
        {
            Data = _folder.FullName,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Auth = AuthenticationMode.None,
            CollectionEnabled = false,
        };
        _server = await PresageServer.StartAsync(options, TimeProvider.System, static _ => { }, default);
        _http.BaseAddress = _server.Listening.Local;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>
    /// The bar: a mail is accepted by the mail server within 2 s of the end of its <c>for</c>, not counting the time
    /// that this machine gave us no processor.
    /// </summary>
    [Fact]
    public async Task Mail_is_accepted_within_two_seconds_of_the_end_of_its_for()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await SendAsync(HttpMethod.Post, "channels", Email(smtp.Port));
        await SendAsync(HttpMethod.Put, "rules/cpu-saturated", """{"forSeconds": 2}""");
        using var pauses = new Pauses();
        var batch = new SampleBatch();
        batch.BeginSeries();
        batch.AddLabel("__name__", "presage_vital");
        batch.AddLabel("host", "web1");
        batch.AddLabel("vital", "cpu_use");
        batch.EndLabels();
        batch.AddSample(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), 0.99);
        await _server.App.Services.GetRequiredService<ISampleSink>().AppendAsync(batch, default);

        Assert.Equal("mail 1", await smtp.ReadLineAsync().WaitAsync(Patience));
        var acceptedMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var alerts = await SendAsync(HttpMethod.Get, "alerts", null);
        long startedMs = alerts.GetProperty("items")[0].GetProperty("startedMs").GetInt64();
        long delayMs = acceptedMs - (startedMs + 2000);
        double lostMs = pauses.Lost.TotalMilliseconds;
        output.WriteLine($"mail accepted {delayMs} ms after its for ended, {lostMs:0} ms without a processor");
        Assert.InRange(delayMs, -RuleEvaluation.TimerJitter.TotalMilliseconds, 2000 + lostMs);
    }

    [Fact]
    public async Task The_test_button_tells_the_exact_answer()
    {
        await using var smtp = await SmtpServer.StartAsync(0, "--tls", "starttls", "--auth", "presage:right");
        string channel = $$"""
            {"name": "mail", "kind": "email", "severities": ["critical", "warning"], "email": {"host": "127.0.0.1",
            "port": {{smtp.Port}}, "security": "starttls", "user": "presage", "password": "wrong",
            "from": "presage@example.test", "to": ["ops@example.test"], "verifyCertificate": false} }
            """;
        var test = await SendAsync(HttpMethod.Post, "channels/test", channel);
        Assert.False(test.GetProperty("delivered").GetBoolean());
        Assert.StartsWith("535 ", test.GetProperty("answer").GetString());
        Assert.DoesNotContain("wrong", test.GetRawText());

        var created = await SendAsync(
            HttpMethod.Post, "channels", channel.Replace("\"wrong\"", "\"right\"", StringComparison.Ordinal));
        Assert.True(created.GetProperty("email").GetProperty("passwordSet").GetBoolean());
        Assert.DoesNotContain("right", created.GetRawText());
        test = await SendAsync(HttpMethod.Post, $"channels/{created.GetProperty("id").GetString()}/test", null);
        Assert.Equal("250 2.0.0 Ok: queued as TEST1", test.GetProperty("answer").GetString());
        Assert.Single(smtp.Mails);
    }

    [Theory]
    [InlineData("email.port", """{"host": "m", "port": 0, "security": "none", "from": "a@b.c", "to": ["a@b.c"]}""")]
    [InlineData("email.host", """{"host": "m m", "port": 1, "security": "none", "from": "a@b.c", "to": ["a@b.c"]}""")]
    [InlineData("email.from", """{"host": "m", "port": 1, "security": "none", "from": "a", "to": ["a@b.c"]}""")]
    [InlineData(
        "email.to[1]",
        """{"host": "m", "port": 1, "security": "tls", "from": "a@b.c", "to": ["a@b.c", "x"]}""")]
    [InlineData("email.to", """{"host": "m", "port": 1, "security": "none", "from": "a@b.c", "to": []}""")]
    [InlineData(
        "email.security",
        """{"host": "m", "port": 1, "security": "none", "user": "u", "from": "a@b.c", "to": ["a@b.c"]}""")]
    public async Task A_bad_channel_is_refused_with_field_and_reason(string field, string email)
    {
        string body = $$"""{"name": "mail", "kind": "email", "severities": ["critical"], "email": {{email}} }""";
        var problem = await SendAsync(HttpMethod.Post, "channels", body, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    [Theory]
    [InlineData("webhook.url", """{"url": "ftp://x/"}""")]
    [InlineData("webhook.url", """{"url": "https://u:p@x/"}""")]
    [InlineData("webhook.headers.Host", """{"url": "https://x/", "headers": {"Host": "y"}}""")]
    [InlineData("webhook.headers.A", """{"url": "https://x/", "headers": {"A": "b\r\nC: d"}}""")]
    public async Task A_bad_webhook_is_refused_with_field_and_reason(string field, string webhook)
    {
        string body = $$"""{"name": "hook", "kind": "webhook", "severities": ["critical"], "webhook": {{webhook}} }""";
        var problem = await SendAsync(HttpMethod.Post, "channels", body, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("matchers", """{"matchers": [], "endsMs": 9000000000000}""")]
    [InlineData("matchers", """{"matchers": [{"name": "host", "value": ".*", "isRegex": true}], "endsMs": 1}""")]
    [InlineData(
        "matchers[0].value", """{"matchers": [{"name": "host", "value": "(", "isRegex": true}], "endsMs": 1}""")]
    public async Task A_bad_silence_is_refused_with_field_and_reason(string field, string body)
    {
        long endsMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 60_000;
        body = body.Replace("9000000000000", $"{endsMs}").Replace("\"endsMs\": 1}", $"\"endsMs\": {endsMs}}}");
        var problem = await SendAsync(HttpMethod.Post, "silences", body, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    [Fact]
    public async Task Silences_rules_and_the_forms_of_prometheus_answer()
    {
        long endsMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 60_000;
        const string Matchers = """[{"name": "host", "value": "web1"}]""";
        var silence = await SendAsync(
            HttpMethod.Post, "silences", $$"""{"matchers": {{Matchers}}, "endsMs": {{endsMs}}, "comment": "moving"}""");
        Assert.Equal("moving", silence.GetProperty("comment").GetString());
        var preview = await SendAsync(HttpMethod.Post, "silences/preview", $$"""{"matchers": {{Matchers}} }""");
        Assert.Equal(0, preview.GetProperty("last30Days").GetInt32());
        await SendAsync(
            HttpMethod.Delete, $"silences/{silence.GetProperty("id").GetString()}", null, HttpStatusCode.NoContent);
        Assert.Equal(0, (await SendAsync(HttpMethod.Get, "silences", null)).GetArrayLength());

        var problem = await SendAsync(
            HttpMethod.Put, "rules/cpu-saturated", """{"threshold": 95}""", HttpStatusCode.UnprocessableEntity);
        Assert.Equal("threshold", problem.GetProperty("field").GetString());
        problem = await SendAsync(
            HttpMethod.Put, "rules/host-unusual", """{"threshold": 0}""", HttpStatusCode.UnprocessableEntity);
        Assert.Contains("0.001 to 100", problem.GetProperty("fix").GetString(), StringComparison.Ordinal);
        await SendAsync(HttpMethod.Put, "rules/none", """{"enabled": true}""", HttpStatusCode.NotFound);
        await SendAsync(HttpMethod.Post, "alerts/7/acknowledge", "{}", HttpStatusCode.NotFound);

        var rules = await _http.GetFromJsonAsync<JsonElement>("/api/v1/rules");
        Assert.Equal("CPU saturated", rules.GetProperty("data").GetProperty("groups")[0].GetProperty("rules")
            .EnumerateArray().First(
                static rule => rule.GetProperty("labels").GetProperty("rule").GetString() == "cpu-saturated")
            .GetProperty("name").GetString());
        Assert.Equal(
            "success", (await _http.GetFromJsonAsync<JsonElement>("/api/v1/alerts")).GetProperty("status").GetString());
    }

    static string Email(int port) => $$"""
        {"name": "mail", "kind": "email", "severities": ["critical", "warning"], "email": {"host": "127.0.0.1",
        "port": {{port}}, "security": "none", "from": "presage@example.test", "to": ["ops@example.test"]} }
        """;

    async Task<JsonElement> SendAsync(
        HttpMethod method, string path, string? body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, $"/api/presage/v1/{path}");
        request.Content = body is null ? null : new StringContent(body, null, "application/json");
        using var response = await _http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Presage.Alerting.Notifiers;
using Presage.Alerting.Notifiers.Webhook;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Alerting;

/// <summary>Webhooks against a loopback server.</summary>
public sealed class WebhookNotifierTests : NotifierContract, IDisposable
{
    readonly HttpMessageInvoker _http = new(WebhookNotifier.CreateHandler());

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task The_body_is_alertmanagers_version_4()
    {
        await using var stub = await WebhookStub.StartAsync();
        await Notifier(stub).SendAsync(Messages.Firing("/", "/var"), "any", "key-1", default);

        Assert.True(stub.Requests.TryPeek(out var request));
        Assert.Equal(("POST", "/hook"), (request.Method, request.Path));
        Assert.Equal("application/json; charset=utf-8", request.Headers["Content-Type"]);
        using var document = JsonDocument.Parse(request.Body);
        var body = document.RootElement;
        Assert.Equal(
            ["version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels",
                "commonAnnotations", "externalURL", "alerts"],
            body.EnumerateObject().Select(static field => field.Name));
        Assert.Equal("4", body.GetProperty("version").GetString());
        Assert.Equal("firing", body.GetProperty("status").GetString());
        Assert.Equal("on call", body.GetProperty("receiver").GetString());
        Assert.Equal("https://presage.example.test", body.GetProperty("externalURL").GetString());
        Assert.Equal("web1", body.GetProperty("groupLabels").GetProperty("host").GetString());
        var common = body.GetProperty("commonLabels");
        Assert.Equal("File system nearly full", common.GetProperty("alertname").GetString());
        Assert.Equal("critical", common.GetProperty("severity").GetString());
        Assert.False(common.TryGetProperty("mountpoint", out _));
        var second = body.GetProperty("alerts")[1];
        Assert.Equal(
            ["status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"],
            second.EnumerateObject().Select(static field => field.Name));
        Assert.Equal("/var", second.GetProperty("labels").GetProperty("mountpoint").GetString());
        Assert.Equal("2026-11-22T14:02:00.000Z", second.GetProperty("startsAt").GetString());
        Assert.Equal("0001-01-01T00:00:00Z", second.GetProperty("endsAt").GetString());
        Assert.Matches("^[0-9a-f]{16}$", second.GetProperty("fingerprint").GetString());
        Assert.Contains("/var is 96", second.GetProperty("annotations").GetProperty("summary").GetString());
    }

    [Fact]
    public async Task The_signature_verifies_as_documented()
    {
        await using var stub = await WebhookStub.StartAsync();
        await Notifier(stub, "s3cret").SendAsync(Messages.Firing(), "any", "7-1795356120000-firing-1-0", default);

        Assert.True(stub.Requests.TryPeek(out var request));
        string timestamp = request.Headers["X-Presage-Timestamp"];
        Assert.Equal(Start.ToUnixTimeSeconds().ToString(), timestamp);
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp + "."), .. request.Body];
        string expected = Convert.ToHexStringLower(HMACSHA256.HashData("s3cret"u8, signed));
        Assert.Equal($"sha256={expected}", request.Headers["X-Presage-Signature"]);
        Assert.Equal("7-1795356120000-firing-1-0", request.Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task Own_headers_are_sent_and_their_values_kept_out_of_the_transcript()
    {
        await using var stub = await WebhookStub.StartAsync();
        var settings = Settings(stub.Url) with
        {
            Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer t0ken" },
        };
        var outcome = await new WebhookNotifier(settings, _http, Time)
            .SendAsync(Messages.Firing(), "any", "key-1", default);
        Assert.True(stub.Requests.TryPeek(out var request));
        Assert.Equal("Bearer t0ken", request.Headers["Authorization"]);
        Assert.DoesNotContain("t0ken", string.Join('\n', outcome.Transcript));
    }

    [Theory]
    [InlineData(200, SendResult.Delivered)]
    [InlineData(204, SendResult.Delivered)]
    [InlineData(302, SendResult.Permanent)]
    [InlineData(400, SendResult.Permanent)]
    [InlineData(401, SendResult.Permanent)]
    [InlineData(404, SendResult.Permanent)]
    [InlineData(408, SendResult.Temporary)]
    [InlineData(410, SendResult.Permanent)]
    [InlineData(429, SendResult.Temporary)]
    [InlineData(500, SendResult.Temporary)]
    [InlineData(501, SendResult.Permanent)]
    [InlineData(503, SendResult.Temporary)]
    public void Status_codes_are_permanent_or_temporary(int status, SendResult expected) =>
        Assert.Equal(expected, WebhookAnswer.Classify((HttpStatusCode)status));

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var stub = await WebhookStub.StartAsync();
        stub.Answer = static context =>
        {
            context.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        var outcome = await Notifier(stub).SendAsync(Messages.Firing(), "any", "key-1", default);
        Assert.Equal(SendResult.Permanent, outcome.Result);
        Assert.Single(stub.Requests);
        Assert.Contains("< Location: /elsewhere", outcome.Transcript);
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("Sun, 22 Nov 2026 14:03:00 GMT", 60)]
    [InlineData("Sun, 22 Nov 2026 14:00:00 GMT", 0)]
    public async Task Retry_after_is_read_in_both_forms(string header, int seconds)
    {
        await using var stub = await WebhookStub.StartAsync();
        stub.Answer = context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = header;
            return Task.CompletedTask;
        };
        var outcome = await Notifier(stub).SendAsync(Messages.Firing(), "any", "key-1", default);
        Assert.Equal(TimeSpan.FromSeconds(seconds), outcome.RetryAfter);
    }

    [Fact]
    public async Task Only_the_start_of_a_long_answer_is_read()
    {
        await using var stub = await WebhookStub.StartAsync();
        stub.Answer = static async context =>
        {
            byte[] block = Encoding.ASCII.GetBytes(new string('x', 65536));
            for (int i = 0; i < 16; i++)
            {
                await context.Response.Body.WriteAsync(block);
            }
        };
        var outcome = await Notifier(stub).SendAsync(Messages.Firing(), "any", "key-1", default);
        Assert.Equal(SendResult.Delivered, outcome.Result);
        Assert.Equal(SendOutcome.AnswerMax, outcome.Answer.Length);
    }

    internal override async Task<FarEnd> WorkingAsync() => Far(await WebhookStub.StartAsync(), taken: true);

    internal override async Task<FarEnd> RefusingAsync() => Far(await AnsweringAsync(501));

    internal override async Task<FarEnd> BusyAsync() => Far(await AnsweringAsync(429));

    internal override async Task<FarEnd> AbsentAsync()
    {
        var stub = await WebhookStub.StartAsync();
        var far = Far(stub);
        await stub.DisposeAsync();
        return far with { Close = static () => ValueTask.CompletedTask };
    }

    internal override async Task<FarEnd> HangingAsync()
    {
        var stub = await WebhookStub.StartAsync();
        stub.Answer = static context =>
        {
            var aborted = new TaskCompletionSource();
            context.RequestAborted.Register(aborted.SetResult);
            return aborted.Task;
        };
        return Far(stub);
    }

    static async Task<WebhookStub> AnsweringAsync(int status)
    {
        var stub = await WebhookStub.StartAsync();
        stub.Answer = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync("because");
        };
        return stub;
    }

    FarEnd Far(WebhookStub stub, bool taken = false) => new(
        Notifier(stub), () => taken ? stub.Requests.Count : 0, stub.Arrived.Task, stub.DisposeAsync);

    WebhookNotifier Notifier(WebhookStub stub, string? secret = null) =>
        new(Settings(stub.Url) with { Secret = secret }, _http, Time);

    static WebhookSettings Settings(Uri url) => new() { Url = url, Receiver = "on call" };
}

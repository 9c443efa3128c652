using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Presage.Tests.Support;

/// <summary>A receiver of webhooks on loopback that keeps every request and answers as told.</summary>
sealed class WebhookStub : IAsyncDisposable
{
    readonly WebApplication _app;

    WebhookStub(WebApplication app) => _app = app;

    public ConcurrentQueue<Received> Requests { get; } = [];

    /// <summary>How requests are answered; 200 with "ok" unless set.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = static context => context.Response.WriteAsync("ok");

    /// <summary>Completes when the first request has arrived.</summary>
    public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses.First() + "/hook");

    public static async Task<WebhookStub> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var stub = new WebhookStub(app);
        app.Run(stub.HandleAsync);
        await app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.ToDictionary(
            static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        Requests.Enqueue(new Received(context.Request.Method, context.Request.Path, headers, body.ToArray()));
        Arrived.TrySetResult();
        await Answer(context);
    }

    public sealed record Received(string Method, string Path, Dictionary<string, string> Headers, byte[] Body);
}

using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Presage.Tests.Agent;

/// <summary>A real server on a loopback port that keeps bodies and answers as the test says.</summary>
sealed class FlakyServer : IAsyncDisposable
{
    readonly WebApplication _application;
    readonly SemaphoreSlim _arrived = new(0);

    FlakyServer(WebApplication application) => _application = application;

    /// <summary>Called per request, with the body; sets the status. Default 204.</summary>
    public Func<HttpContext, byte[], Task> Answer { get; set; } = static (context, _) =>
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    /// <summary>Bodies answered with 2xx, in order.</summary>
    public ConcurrentQueue<byte[]> Accepted { get; } = new();

    public ConcurrentQueue<Dictionary<string, string>> Headers { get; } = new();

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public static async Task<FlakyServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var server = new FlakyServer(application);
        application.MapPost("/api/v1/write", server.ReceiveAsync);
        await application.StartAsync();
        var addresses = application.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<IServerAddressesFeature>()!;
        server.Address = new Uri(addresses.Addresses.First());
        return server;
    }

    /// <summary>Waits a moment for an accepted request.</summary>
    public Task<bool> ArrivedAsync(TimeSpan limit) => _arrived.WaitAsync(limit);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _arrived.Dispose();
    }

    async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Headers.Enqueue(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()));
        await Answer(context, body.ToArray());
        if (!context.RequestAborted.IsCancellationRequested && context.Response.StatusCode is >= 200 and < 300)
        {
            Accepted.Enqueue(body.ToArray());
            _arrived.Release();
        }
    }
}

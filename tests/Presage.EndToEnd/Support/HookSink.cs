using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Presage.EndToEnd.Support;

/// <summary>A loopback web server that keeps every webhook it is sent.</summary>
sealed class HookSink : IDisposable
{
    readonly HttpListener _listener = new();
    readonly ConcurrentQueue<JsonElement> _bodies = new();

    public HookSink()
    {
        Address = $"http://127.0.0.1:{FreePort.Next()}/hook/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        Serving = ServeAsync();
    }

    public string Address { get; }

    public IReadOnlyCollection<JsonElement> Bodies => _bodies;

    Task Serving { get; }

    public void Dispose() => _listener.Close();

    async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                _bodies.Enqueue(JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement);
                context.Response.StatusCode = 200;
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}

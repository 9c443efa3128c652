// Hot path: per request.
using Presage.Api;

namespace Presage.Receivers;

/// <summary>
/// Takes remote write straight from the connection to its receiver, past compression of answers, routing and endpoint:
/// for requests of a few hundred samples these cost as much as the samples. The checks are the same. Other ways of
/// writing the path, and other methods, take the endpoint.
/// </summary>
sealed class WriteShortcut
{
    readonly Edge _edge;
    readonly Gate _gate;
    readonly WriteReceiver _receiver;
    readonly RequestDelegate _receive;

    public WriteShortcut(Edge edge, Gate gate, WriteReceiver receiver)
    {
        _edge = edge;
        _gate = gate;
        _receiver = receiver;
        _receive = ReceiveAsync;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.Value == WriteApi.RemoteWritePath && HttpMethods.IsPost(context.Request.Method)
            ? _edge.GuardAsync(context, _receive)
            : next(context);

    Task ReceiveAsync(HttpContext context)
    {
        _gate.AdmitSender(context);
        return _receiver.ReceiveAsync(context);
    }
}

using System.Net;
using System.Net.Sockets;

namespace Presage.Tests.Support;

/// <summary>
/// A port of loopback where nobody listens: connections are refused, and the system gives it to nobody who takes any
/// free one. A server that asks for just this one gets it.
/// </summary>
sealed class ReservedPort : IDisposable
{
    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ReservedPort()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Number = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public int Number { get; }

    public void Dispose() => _socket.Dispose();
}

using System.Net;
using System.Net.Sockets;

namespace Presage.EndToEnd.Support;

/// <summary>Ports that the system says are free on loopback.</summary>
static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

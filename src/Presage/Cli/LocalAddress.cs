using System.Net;
using Presage.Configuration;

namespace Presage.Cli;

static class LocalAddress
{
    /// <summary>Where a server of this configuration answers on this machine.</summary>
    public static Uri Of(PresageOptions options)
    {
        var listen = options.Listen;
        bool any = listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any);
        string scheme = options.TlsCertificate is null ? "http" : "https";
        return new Uri($"{scheme}://{(any ? new IPEndPoint(IPAddress.Loopback, listen.Port) : listen)}");
    }
}

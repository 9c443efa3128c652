using System.Net;
using Presage.Configuration;

namespace Presage.Cli;

/// <summary>Which server a verb asks.</summary>
static class ServerAddress
{
    /// <summary>The server that <c>--url</c> names.</summary>
    /// <exception cref="ConfigurationException">It is not an address of HTTP or HTTPS.</exception>
    public static Uri Named(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var server) && (server.Scheme is "http" or "https")
            ? server
            : throw new ConfigurationException($"--url: \"{url}\" is not an address such as http://127.0.0.1:9440.");

    /// <summary>Where a server of this configuration answers on this machine.</summary>
    public static Uri Of(PresageOptions options)
    {
        var listen = options.Listen;
        bool any = listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any);
        string scheme = options.TlsCertificate is null ? "http" : "https";
        return new Uri($"{scheme}://{(any ? new IPEndPoint(IPAddress.Loopback, listen.Port) : listen)}");
    }
}

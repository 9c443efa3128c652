using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Presage.Configuration;

namespace Presage;

/// <summary>
/// Where the server listens. Until an administrator exists that is loopback, whatever is configured; then the
/// configured address opens without a restart. Kestrel reads its endpoints from this source and binds anew when it
/// changes.
/// </summary>
sealed class ListenAddresses : ConfigurationProvider, IConfigurationSource
{
    readonly PresageOptions _options;
    volatile bool _configuredOpen;
    IServer? _server;

    /// <param name="open">Whether the configured address may be opened at once.</param>
    public ListenAddresses(PresageOptions options, bool open)
    {
        _options = options;
        _configuredOpen = open || IPAddress.IsLoopback(options.Listen.Address);
        Show(_configuredOpen);
    }

    /// <summary>Whether the configured address waits for the first administrator.</summary>
    public bool WaitsForAdministrator => !_configuredOpen;

    /// <summary>The addresses listened on now, with the ports really taken.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. _server?.Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    public string Text => string.Join(", ", Addresses);

    public bool LoopbackOnly => Addresses.All(static a =>
    {
        string host = new Uri(a).Host.Trim('[', ']');
        return IPAddress.TryParse(host, out var ip) ? IPAddress.IsLoopback(ip) : host == "localhost";
    });

    /// <summary>An address on this machine that works in a browser.</summary>
    public Uri Local
    {
        get
        {
            var first = new Uri(Addresses[0]);
            string host = first.Host is "0.0.0.0" or "[::]" ? "127.0.0.1" : first.Host;
            return new Uri($"{first.Scheme}://{host}:{first.Port}");
        }
    }

    /// <summary><see cref="Local"/> as one writes it, without a slash at the end.</summary>
    public string LocalText => Local.GetLeftPart(UriPartial.Authority);

    public void Attach(IServer server) => _server = server;

    /// <summary>Opens the configured address if it is not open yet.</summary>
    public void OpenConfigured()
    {
        if (!_configuredOpen)
        {
            _configuredOpen = true;
            Show(configured: true);
            OnReload();
        }
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    void Show(bool configured)
    {
        var data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var listen = _options.Listen;
        bool any = listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any);
        if (configured)
        {
            Add("configured", listen);
        }

        if (!configured || !(any || IPAddress.IsLoopback(listen.Address)))
        {
            Add("loopback", new IPEndPoint(IPAddress.Loopback, listen.Port));
        }

        Data = data;

        void Add(string name, IPEndPoint address)
        {
            bool tls = _options.TlsCertificate is not null;
            data[$"Endpoints:{name}:Url"] = $"{(tls ? "https" : "http")}://{address}";
            if (tls)
            {
                data[$"Endpoints:{name}:Certificate:Path"] = _options.TlsCertificate;
                data[$"Endpoints:{name}:Certificate:KeyPath"] = _options.TlsKey;
            }
        }
    }
}

namespace Presage.Watching;

/// <summary>How a host's samples arrive, told from their labels.</summary>
public enum HostOrigin
{
    /// <summary>This machine, by the server's own collectors.</summary>
    Local,

    /// <summary>A presage-agent (it sends presage_host_info).</summary>
    Agent,

    /// <summary>Remote write of scraped targets (instances with a port).</summary>
    Prometheus,

    Other,

    /// <summary>An import of history; nothing has arrived by itself yet.</summary>
    Imported,
}

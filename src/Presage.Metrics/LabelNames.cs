namespace Presage.Metrics;

/// <summary>Label names with a meaning in Presage.</summary>
public static class LabelNames
{
    /// <summary>The metric's name, kept as a label like any other (Prometheus data model).</summary>
    public const string MetricName = "__name__";

    /// <summary>The host a series belongs to; wins over <see cref="Instance"/> and <see cref="Job"/>.</summary>
    public const string Host = "host";

    /// <summary>The scraped endpoint, <c>name</c> or <c>name:port</c>.</summary>
    public const string Instance = "instance";

    /// <summary>The scrape job; the last resort for the host's name.</summary>
    public const string Job = "job";
}

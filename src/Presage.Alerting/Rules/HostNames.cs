using System.Text;
using Presage.Metrics;

namespace Presage.Alerting.Rules;

/// <summary>Which host a label set speaks of (<see cref="SeriesKey.HostOf"/>), as text.</summary>
public static class HostNames
{
    /// <summary>The host's name; empty when the labels name none.</summary>
    public static string Of(LabelSet labels)
    {
        string host = labels[LabelNames.Host];
        return host.Length > 0 ? host : Encoding.UTF8.GetString(SeriesKey.HostOf(labels.ToKey()));
    }
}

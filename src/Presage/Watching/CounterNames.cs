namespace Presage.Watching;

/// <summary>Tells counters by their names: what they end with by convention, and the kernel's own tables.</summary>
static class CounterNames
{
    static readonly string[] Endings = ["_total", "_sum", "_count", "_bucket"];

    public static bool IsCounter(string metric) =>
        Array.Exists(Endings, end => metric.EndsWith(end, StringComparison.Ordinal)) ||
        (metric.StartsWith("node_netstat_", StringComparison.Ordinal) &&
            !metric.EndsWith("_CurrEstab", StringComparison.Ordinal) &&
            !metric.EndsWith("_Forwarding", StringComparison.Ordinal)) ||
        (metric.StartsWith("node_vmstat_", StringComparison.Ordinal) &&
            !metric.StartsWith("node_vmstat_nr_", StringComparison.Ordinal));
}

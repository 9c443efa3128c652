using Presage.Metrics;
using Presage.Query;

namespace Presage.Watching;

/// <summary>Reads what a host says about itself.</summary>
sealed class FactsReading(PromQlEngine engine)
{
    readonly PreparedQuery _uname = engine.Prepare("node_uname_info");
    readonly PreparedQuery _os = engine.Prepare("node_os_info");
    readonly PreparedQuery _agent = engine.Prepare("presage_host_info");
    readonly PreparedQuery _cpu = engine.Prepare("topk(1, node_cpu_info)");
    readonly PreparedQuery _cores = engine.Prepare("count(count by (cpu) (node_cpu_seconds_total{mode=\"idle\"}))");
    readonly PreparedQuery _memory = engine.Prepare("max(node_memory_MemTotal_bytes)");
    readonly PreparedQuery _boot = engine.Prepare("max(node_boot_time_seconds)");

    public MachineFacts Read(ISampleSource source, long timestampMs, CancellationToken cancellationToken)
    {
        var uname = Labels(_uname);
        var os = Labels(_os);
        var agent = Labels(_agent);
        return new MachineFacts
        {
            Os = First(os["pretty_name"], os["name"], agent["os"], uname["sysname"]),
            Kernel = First(uname["release"], agent["kernel"]),
            Architecture = First(uname["machine"], agent["architecture"]),
            CpuModel = First(agent["cpu"], Labels(_cpu)["model_name"]),
            Cores = (int?)Number(_cores),
            MemoryBytes = Number(_memory),
            BootTimeMs = (long?)(Number(_boot) * 1000),
            AgentVersion = First(agent["agent_version"]),
        };

        QuerySeries? Series(PreparedQuery query) =>
            engine.Instant(query, timestampMs, source, cancellationToken).Series is [var first, ..] ? first : null;

        LabelSet Labels(PreparedQuery query) => Series(query)?.Labels ?? LabelSet.Empty;

        double? Number(PreparedQuery query) =>
            Series(query) is { } one && double.IsFinite(one.Value) ? one.Value : null;
    }

    static string? First(params ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
        {
            if (text.Length > 0)
            {
                return text;
            }
        }

        return null;
    }
}

using System.Text.Json.Nodes;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Query;
using Presage.Receivers;
using Presage.Storage;

namespace Presage.Api;

/// <summary>An answer of the Prometheus API whose data has no form of its own here.</summary>
sealed record PrometheusAnswer(string Status, JsonNode? Data);

/// <summary>
/// The calls of the Prometheus API that tell about the server and about queries: metadata, status, targets, and the
/// parser.
/// </summary>
static class PrometheusStatusApi
{
    public static void Map(IEndpointRouteBuilder root)
    {
        var api = root.MapGroup("/api/v1").WithTags("Prometheus").Require(Access.Viewer);
        api.MapGet("/metadata", Metadata).WithName("metadata")
            .WithSummary("Type, help and unit of metrics; limit, limit_per_metric, metric");
        api.MapGet("/format_query", static (HttpContext c, PrometheusQueries q) => q.FormatAsync(c))
            .WithName("formatQuery").WithSummary("A query in its canonical form");
        api.MapPost("/format_query", static (HttpContext c, PrometheusQueries q) => q.FormatAsync(c))
            .WithName("formatQueryForm").WithSummary("A query in its canonical form").WithMetadata(NotAudited.Instance);
        api.MapGet("/parse_query", static (HttpContext c, PrometheusQueries q) => q.ParseAsync(c))
            .WithName("parseQuery").WithSummary("A query's syntax tree");
        api.MapPost("/parse_query", static (HttpContext c, PrometheusQueries q) => q.ParseAsync(c))
            .WithName("parseQueryForm").WithSummary("A query's syntax tree").WithMetadata(NotAudited.Instance);
        api.MapGet("/targets", Targets).WithName("targets")
            .WithSummary("Scrape targets: none, samples are pushed to Presage");
        api.MapGet("/targets/metadata", static () => new PrometheusAnswer("success", new JsonArray()))
            .WithName("targetsMetadata").WithSummary("Metadata of scrape targets: none");
        api.MapGet("/alertmanagers", Alertmanagers).WithName("alertmanagers")
            .WithSummary("Alertmanagers: none, Presage notifies by itself");
        api.MapGet("/query_exemplars", static () => new PrometheusAnswer("success", new JsonArray()))
            .WithName("queryExemplars").WithSummary("Exemplars: none, they are not stored");
        api.MapGet("/status/config", Config).WithName("statusConfig").WithSummary("The configuration in force");
        api.MapGet("/status/flags", Flags).WithName("statusFlags").WithSummary("Configuration keys and their values");
        api.MapGet("/status/runtimeinfo", Runtime).WithName("statusRuntime").WithSummary("The running process");
        api.MapGet("/features", Features).WithName("features").WithSummary("Parts of PromQL that are switched on");
    }

    static PrometheusAnswer Metadata(HttpContext context, MetricDescriptions descriptions)
    {
        string? metric = context.Request.Query["metric"];
        _ = int.TryParse(context.Request.Query["limit"], out int limit);
        var data = new JsonObject();
        foreach (var (name, known) in descriptions.All.OrderBy(static d => d.Key, StringComparer.Ordinal))
        {
            if (metric is not null && name != metric)
            {
                continue;
            }

            if (limit > 0 && data.Count == limit)
            {
                break;
            }

            data[name] = new JsonArray(new JsonObject
            {
                ["type"] = known.Type ?? "unknown",
                ["help"] = known.Help ?? "",
                ["unit"] = known.Unit ?? "",
            });
        }

        return new PrometheusAnswer("success", data);
    }

    static PrometheusAnswer Targets() => new("success", new JsonObject
    {
        ["activeTargets"] = new JsonArray(),
        ["droppedTargets"] = new JsonArray(),
        ["droppedTargetCounts"] = new JsonObject(),
    });

    static PrometheusAnswer Alertmanagers() => new("success", new JsonObject
    {
        ["activeAlertmanagers"] = new JsonArray(),
        ["droppedAlertmanagers"] = new JsonArray(),
    });

    static PrometheusAnswer Config(PresageOptions options) => new("success", new JsonObject
    {
        ["yaml"] = string.Concat(ConfigurationInForce.Of(options).Select(static p => $"{p.Key}: {p.Value}\n")),
    });

    static PrometheusAnswer Flags(PresageOptions options)
    {
        var data = new JsonObject();
        foreach (var (key, value) in ConfigurationInForce.Of(options))
        {
            data[key] = value;
        }

        return new PrometheusAnswer("success", data);
    }

    static PrometheusAnswer Runtime(PresageOptions options, SampleStore store, TimeProvider time)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return new PrometheusAnswer("success", new JsonObject
        {
            ["startTime"] = process.StartTime.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
            ["serverTime"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
            ["CWD"] = "",
            ["hostname"] = Environment.MachineName,
            ["reloadConfigSuccess"] = true,
            ["lastConfigTime"] = process.StartTime.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
            ["corruptionCount"] = store.Statistics.Damages.Count,
            ["goroutineCount"] = ThreadPool.ThreadCount,
            ["GOMAXPROCS"] = Environment.ProcessorCount,
            ["GOGC"] = "",
            ["GODEBUG"] = "",
            ["storageRetention"] = $"{(long)options.StorageRetention.TotalHours}h",
        });
    }

    static PrometheusAnswer Features(PresageOptions options)
    {
        var data = new JsonObject();
        foreach (var (word, feature) in FeatureWords.All)
        {
            data[word] = options.QueryFeatures.HasFlag(feature);
        }

        return new PrometheusAnswer("success", new JsonObject { ["promql"] = data });
    }
}

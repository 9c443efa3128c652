namespace Presage.Bench.PromQl;

/// <summary>A query of the comparison.</summary>
/// <param name="Name">What it stands for.</param>
/// <param name="Text">PromQL.</param>
/// <param name="Hours">How far back the range reaches; 0 for an instant query.</param>
/// <param name="StepSeconds">The step of the range.</param>
sealed record BenchQuery(string Name, string Text, double Hours, int StepSeconds);

/// <summary>What dashboards and rules ask for.</summary>
static class QuerySet
{
    public static IReadOnlyList<BenchQuery> All { get; } =
    [
        new("raw, 1 series, 24 h", "node_load1{instance=\"host-0042:9100\"}", 24, 60),
        new("rate, 1 host, 24 h", "rate(node_cpu_seconds_total{instance=\"host-0042:9100\"}[5m])", 24, 60),
        new("sum by instance of rate, 1 h",
            "sum by (instance) (rate(node_cpu_seconds_total{mode!=\"idle\"}[5m]))", 1, 15),
        new("sum by instance of rate, 24 h",
            "sum by (instance) (rate(node_cpu_seconds_total{mode!=\"idle\"}[5m]))", 24, 300),
        new("topk of rate, now", "topk(5, rate(node_network_receive_bytes_total[5m]))", 0, 0),
        new("quantile_over_time, 100 series, 24 h", "quantile_over_time(0.95, node_load1[1h])", 24, 300),
        new("avg_over_time 24 h, 30 series, now", "avg_over_time(node_load1{instance=~\"host-00[0-2].*\"}[24h])", 0, 0),
        new("regex, 30 hosts, 6 h",
            "sum by (mode) (rate(node_cpu_seconds_total{instance=~\"host-00[1-3].*\"}[5m]))", 6, 60),
        new("histogram_quantile, fleet, 24 h",
            "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))", 24, 300),
        new("subquery, 1 host, 6 h",
            "max_over_time(rate(node_cpu_seconds_total{instance=\"host-0042:9100\",mode=\"user\"}[5m])[1h:1m])",
            6, 300),
        new("count by name, all series, now", "count by (__name__) ({__name__=~\".+\"})", 0, 0),
        new("ratio of two sums, 6 h",
            "sum by (instance) (rate(node_cpu_seconds_total{mode=\"user\"}[5m])) / "
            + "sum by (instance) (rate(node_cpu_seconds_total[5m]))", 6, 60),
        new("11,000 series, 24 h", "sum by (instance) ({device=~\"nvme.n1\"})", 24, 300),
    ];
}

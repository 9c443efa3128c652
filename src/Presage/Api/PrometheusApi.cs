namespace Presage.Api;

/// <summary>The answer of a query. Field names and forms are those of Prometheus.</summary>
/// <param name="Status">"success" or "error".</param>
sealed record QueryAnswer(
    string Status,
    QueryAnswerData? Data = null,
    string? ErrorType = null,
    string? Error = null,
    IReadOnlyList<string>? Warnings = null,
    IReadOnlyList<string>? Infos = null);

/// <param name="ResultType">matrix, vector, scalar or string.</param>
/// <param name="Result">Series for matrix and vector; one <c>[time, value]</c> for scalar and string.</param>
sealed record QueryAnswerData(string ResultType, IReadOnlyList<QueryAnswerSeries> Result);

/// <param name="Metric">The labels.</param>
/// <param name="Value">Of a vector: <c>[seconds since 1970, "value"]</c>.</param>
/// <param name="Values">Of a matrix: the points in order of time.</param>
sealed record QueryAnswerSeries(
    IReadOnlyDictionary<string, string> Metric,
    IReadOnlyList<object>? Value = null,
    IReadOnlyList<IReadOnlyList<object>>? Values = null);

/// <summary>The answer of <c>/series</c>.</summary>
sealed record SeriesAnswer(
    string Status,
    IReadOnlyList<IReadOnlyDictionary<string, string>>? Data = null,
    string? ErrorType = null,
    string? Error = null,
    IReadOnlyList<string>? Warnings = null);

/// <summary>The answer of <c>/labels</c> and <c>/label/{name}/values</c>.</summary>
sealed record NamesAnswer(
    string Status,
    IReadOnlyList<string>? Data = null,
    string? ErrorType = null,
    string? Error = null,
    IReadOnlyList<string>? Warnings = null);

/// <summary>The answer of <c>/status/buildinfo</c>.</summary>
sealed record BuildInfoAnswer(string Status, BuildInfo Data);

/// <param name="Version">The version of Prometheus whose API this is compatible with; Grafana asks for it.</param>
sealed record BuildInfo(
    string Version, string Revision, string Branch, string BuildUser, string BuildDate, string GoVersion);

/// <summary>The Prometheus HTTP API, as Grafana and tools use it.</summary>
static class PrometheusApi
{
    static readonly DocumentedParameter Query = new("query", true, "PromQL");
    static readonly DocumentedParameter Match = new("match[]", false, "Series selector; may stand several times");
    static readonly DocumentedParameter Host = new("host", false, "Only the series of this host (Presage)");
    static readonly DocumentedParameter Timeout = new("timeout", false, "Longest time to evaluate, for example 30s");
    static readonly DocumentedParameter Start = new("start", false, "Seconds since 1970, or RFC 3339");
    static readonly DocumentedParameter Limit = new("limit", false, "The most to answer; a warning tells of more");
    static readonly DocumentedParameter End = new("end", false, "Seconds since 1970, or RFC 3339");

    public static void Map(IEndpointRouteBuilder root)
    {
        var api = root.MapGroup("/api/v1").WithTags("Prometheus").Require(Access.Viewer);
        const string Instant = "Evaluate PromQL at one time", Range = "Evaluate PromQL over a range of time";
        Describe<QueryAnswer>(
            api.MapGet("/query", static (HttpContext c, PrometheusQueries q) => q.InstantAsync(c)), "query", Instant,
            Query, new("time", false, "Seconds since 1970, or RFC 3339; now when left out"), Timeout, Limit, Host);
        Describe<QueryAnswer>(
            api.MapGet("/query_range", static (HttpContext c, PrometheusQueries q) => q.RangeAsync(c)), "queryRange",
                Range,
            Query, Start with { Required = true }, End with { Required = true },
            new("step", true, "Seconds between two points, or a duration"), Timeout, Limit, Host);
        Describe<SeriesAnswer>(
            api.MapGet("/series", static (HttpContext c, PrometheusQueries q) => q.SeriesAsync(c)), "series",
            "The series that match[] selects", Match with { Required = true }, Start, End, Limit, Host);
        Describe<NamesAnswer>(
            api.MapGet("/labels", static (HttpContext c, PrometheusQueries q) => q.LabelsAsync(c)), "labels",
            "The names of all labels", Match, Start, End, Limit, Host);
        Describe<NamesAnswer>(
            api.MapGet("/label/{name}/values",
                static (string name, HttpContext c, PrometheusQueries q) => q.LabelValuesAsync(name, c)),
            "labelValues", "The values of a label", Match, Start, End, Limit, Host);
        api.MapGet("/status/buildinfo", static () => PrometheusQueries.BuildInfo())
            .WithName("buildInfo").WithSummary("Version, for Grafana");
        MapForms(api);
    }

    /// <summary>The same calls with their parameters as a form, for queries too long for an address.</summary>
    static void MapForms(RouteGroupBuilder api)
    {
        const string Form = "The same with its parameters as a form";
        Describe<QueryAnswer>(
            api.MapPost("/query", static (HttpContext c, PrometheusQueries q) => q.InstantAsync(c)), "queryForm", Form)
            .WithMetadata(NotAudited.Instance);
        Describe<QueryAnswer>(
            api.MapPost("/query_range", static (HttpContext c, PrometheusQueries q) => q.RangeAsync(c)),
                "queryRangeForm", Form)
            .WithMetadata(NotAudited.Instance);
        Describe<SeriesAnswer>(
            api.MapPost("/series", static (HttpContext c, PrometheusQueries q) => q.SeriesAsync(c)), "seriesForm", Form)
            .WithMetadata(NotAudited.Instance);
        Describe<NamesAnswer>(
            api.MapPost("/labels", static (HttpContext c, PrometheusQueries q) => q.LabelsAsync(c)), "labelsForm", Form)
            .WithMetadata(NotAudited.Instance);
    }

    static RouteHandlerBuilder Describe<TAnswer>(
        RouteHandlerBuilder endpoint, string name, string summary,
            params ReadOnlySpan<DocumentedParameter> parameters) =>
        endpoint.WithName(name).WithSummary(summary).WithMetadata(parameters.ToArray())
            .Produces<TAnswer>(StatusCodes.Status200OK, "application/json");
}

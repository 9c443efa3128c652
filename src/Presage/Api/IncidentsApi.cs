using Presage.Explaining;

namespace Presage.Api;

/// <summary>Incidents: what happened, told once.</summary>
static class IncidentsApi
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/incidents", List)
        .Require(Access.Viewer).WithName("listIncidents").WithTags("Alerts")
        .WithSummary("Alerts and anomalies that began together on a host, in a span of time, newest first");

    static IReadOnlyList<Incident> List(
        IncidentDesk desk,
        TimeProvider time,
        string? host = null,
        long? fromMs = null,
        long? toMs = null,
        int limit = 100)
    {
        AlertsApi.CheckLimit(limit);
        long until = toMs ?? time.GetUtcNow().ToUnixTimeMilliseconds();
        long since = fromMs ?? until - (long)TimeSpan.FromDays(7).TotalMilliseconds;
        return desk.Between(since, until, host, limit);
    }
}

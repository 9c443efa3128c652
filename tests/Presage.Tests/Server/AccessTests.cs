using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Presage.Api;
using Presage.State;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>
/// Who may call what, written down here a second time on purpose: an endpoint that is new, or whose access changed,
/// fails until somebody decides again.
/// </summary>
public sealed class AccessTests
{
    const string Api = "/api/presage/v1";

    static readonly Dictionary<Access, string[]> Table = new()
    {
        [Access.Public] =
        [
            $"GET {Api}/session", $"POST {Api}/session", $"DELETE {Api}/session", $"POST {Api}/setup",
            "GET /-/healthy", "GET /-/ready", "GET /install.sh", "GET /download/{file}", "GET /api/openapi.json",
            "GET /api/docs/{documentName?}", "GET /api/docs/scalar.js",
            "GET /api/docs/scalar.aspnetcore.js", "GET /api/docs/favicon.svg", "GET /{**path}", "HEAD /{**path}",
        ],
        [Access.Write] = ["POST /api/v1/write", "POST /api/v1/import/prometheus"],
        [Access.Viewer] =
        [
            $"GET {Api}/anomalies", $"GET {Api}/anomalies/series",
            $"GET {Api}/changes", $"GET {Api}/peers", $"GET {Api}/peers/groups",
            $"GET {Api}/anomalies/labels", $"GET {Api}/models", $"GET {Api}/incidents",
            $"GET {Api}/hosts/{{host}}/change-points",
            $"GET {Api}/detection/training", $"GET {Api}/overview",
            $"GET {Api}/hosts", $"GET {Api}/hosts/{{host}}", $"GET {Api}/hosts/{{host}}/metrics",
            $"GET {Api}/live", $"GET {Api}/servers", $"GET {Api}/status", $"GET {Api}/cardinality",
            $"GET {Api}/storage/files", $"GET {Api}/export",
            "GET /api/v1/status/tsdb", $"GET {Api}/alerts", $"GET {Api}/channels",
            $"GET {Api}/deliveries", $"GET {Api}/rules", $"GET {Api}/silences", $"POST {Api}/silences/preview",
            "GET /api/v1/query", "POST /api/v1/query", "GET /api/v1/query_range", "POST /api/v1/query_range",
            "GET /api/v1/series", "POST /api/v1/series", "GET /api/v1/labels", "POST /api/v1/labels",
            "GET /api/v1/label/{name}/values", "GET /api/v1/status/buildinfo", "GET /api/v1/alerts",
            "GET /api/v1/rules", "GET /api/v1/metadata", "GET /api/v1/format_query", "POST /api/v1/format_query",
            "GET /api/v1/parse_query", "POST /api/v1/parse_query", "GET /api/v1/targets",
            "GET /api/v1/targets/metadata", "GET /api/v1/alertmanagers", "GET /api/v1/query_exemplars",
            "GET /api/v1/status/config", "GET /api/v1/status/flags", "GET /api/v1/status/runtimeinfo",
            "GET /api/v1/features",
            "GET /metrics",
        ],
        [Access.Operator] =
        [
            $"PUT {Api}/anomalies/{{id:long}}/label", $"DELETE {Api}/anomalies/{{id:long}}/label",
            $"DELETE {Api}/hosts/{{host}}", $"POST {Api}/import", $"POST {Api}/detection/training",
            $"POST {Api}/enrolments", $"GET {Api}/enrolments/{{id:long}}/progress",
            $"POST {Api}/alerts/{{id:long}}/acknowledge", $"DELETE {Api}/alerts/{{id:long}}/acknowledge",
            $"POST {Api}/channels", $"POST {Api}/channels/test", $"PUT {Api}/channels/{{id:long}}",
            $"DELETE {Api}/channels/{{id:long}}", $"POST {Api}/channels/{{id:long}}/test",
            $"POST {Api}/deliveries/{{id:long}}/retry", $"PUT {Api}/rules/{{id}}", $"POST {Api}/rules/{{id}}/reset",
            $"POST {Api}/rules", $"DELETE {Api}/rules/{{id}}",
            $"POST {Api}/silences", $"DELETE {Api}/silences/{{id:long}}", $"POST {Api}/series/delete",
            "POST /api/v1/admin/tsdb/delete_series",
        ],
        [Access.Administrator] =
        [
            $"GET {Api}/users", $"POST {Api}/users", $"PATCH {Api}/users/{{name}}", $"DELETE {Api}/users/{{name}}",
            $"GET {Api}/tokens", $"POST {Api}/tokens", $"DELETE {Api}/tokens/{{id:long}}", $"GET {Api}/audit",
            $"GET {Api}/snapshots", $"POST {Api}/snapshots", $"DELETE {Api}/snapshots/{{name}}",
        ],
    };

    [Fact]
    public async Task Every_endpoint_demands_what_the_table_says()
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        var expected = Table.SelectMany(static x => x.Value, static (x, route) => (route, x.Key))
            .ToDictionary(static x => x.route, static x => x.Key);

        var found = Routes(server).ToList();

        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        var callers = new (string Name, HttpClient Client, Func<Access, bool> May)[]
        {
            ("anonymous", server.Client, static a => a == Access.Public),
            ("agent", server.AgentClient(), static a => a is Access.Public or Access.Write),
            ("viewer", server.ClientOf(Role.Viewer), static a => a is Access.Public or Access.Viewer),
            ("operator", server.ClientOf(Role.Operator), static a => a is not Access.Administrator),
            ("administrator", server.ClientOf(Role.Administrator), static _ => true),
        };
        foreach (string route in found)
        {
            foreach (var (name, client, may) in callers)
            {
                var status = await CallAsync(client, route);
                var refusal = name == "anonymous" ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden;
                bool refused = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
                Assert.True(
                    may(expected[route]) ? !refused : status == refusal, $"{name} calls {route}: {(int)status}");
            }
        }
    }

    static IEnumerable<string> Routes(ServerFixture server) => server.Part<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>()
        .SelectMany(static e =>
            (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
                .Select(method => $"{method} /{e.RoutePattern.RawText!.Trim('/')}"));

    static async Task<HttpStatusCode> CallAsync(HttpClient client, string route)
    {
        int space = route.IndexOf(' ', StringComparison.Ordinal);
        string path = route[(space + 1)..]
            .Replace("{id:long}", "999999", StringComparison.Ordinal)
            .Replace("{documentName?}", "v1", StringComparison.Ordinal)
            .Replace("{**path}", "some/page", StringComparison.Ordinal);
        path = System.Text.RegularExpressions.Regex.Replace(path, "{[^}]*}", "unknown");
        using var request = new HttpRequestMessage(new HttpMethod(route[..space]), path);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }
}

using Presage.State;

namespace Presage.Api;

/// <summary>One change and who made it.</summary>
/// <param name="Action">The operation of the API, for example createUser.</param>
/// <param name="Subject">What it was done to.</param>
sealed record AuditEntry(long TimeMs, string User, string Action, string Subject, string Detail);

/// <summary>The log of who changed what.</summary>
static class AuditApi
{
    const int LimitMax = 1000;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/audit", List).Require(Access.Administrator).WithName("listAudit").WithTags("Users")
            .WithSummary("Latest changes first; at most 1000");

    static IReadOnlyList<AuditEntry> List(AuditLog log, int limit = 200)
    {
        if (limit is < 1 or > LimitMax)
        {
            throw ProblemException.BadField("limit", $"{limit} is outside 1 to {LimitMax}.");
        }

        return [.. log.Latest(limit).Select(
            static e => new AuditEntry(e.TimeMs, e.User, e.Action, e.Subject, e.Detail))];
    }
}

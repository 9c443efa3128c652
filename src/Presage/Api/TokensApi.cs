using Microsoft.AspNetCore.Http.HttpResults;
using Presage.State;

namespace Presage.Api;

/// <param name="Role">What an API token may do; null for agent tokens, which may only send samples.</param>
/// <param name="LastUsedMs">To the minute; null when never used.</param>
/// <param name="LastUsedFrom">Address and program of the last use.</param>
sealed record Token(
    long Id,
    string Name,
    TokenKind Kind,
    Role? Role,
    long CreatedMs,
    long? ExpiresMs,
    long? LastUsedMs,
    string? LastUsedFrom);

/// <param name="Name">What it is for, 1 to 100 characters.</param>
/// <param name="Role">Needed for API tokens, not allowed for agent tokens.</param>
/// <param name="ExpiresInHours">0.1 to 87600 (10 years); never when left out.</param>
sealed record TokenRequest(string Name, TokenKind Kind, Role? Role = null, double? ExpiresInHours = null);

/// <param name="Token">The token itself: shown once, stored as a hash.</param>
sealed record TokenCreated(
    string Token,
    long Id,
    string Name,
    TokenKind Kind,
    Role? Role,
    long CreatedMs,
    long? ExpiresMs,
    long? LastUsedMs,
    string? LastUsedFrom);

/// <summary>API and agent tokens, for administrators.</summary>
static class TokensApi
{
    const double HoursMin = 0.1;
    const double HoursMax = 10 * 365 * 24;

    public static void Map(IEndpointRouteBuilder api)
    {
        var tokens = api.MapGroup("/tokens").WithTags("Tokens").Require(Access.Administrator);
        tokens.MapGet("", List).WithName("listTokens").WithSummary("All tokens, without their secrets");
        tokens.MapPost("", Create).WithName("createToken").WithSummary("Create a token; its secret is shown once");
        tokens.MapDelete("/{id:long}", Delete).WithName("deleteToken").WithSummary("Revoke a token");
    }

    static IReadOnlyList<Token> List(Tokens tokens) =>
    [
        .. tokens.All().Select(static t => new Token(
            t.Id, t.Name, t.Kind, t.Role, t.CreatedMs, t.ExpiresMs, t.LastUsedMs, t.LastUsedFrom)),
    ];

    static TokenCreated Create(TokenRequest request, Tokens tokens, HttpContext context)
    {
        AccountRules.CheckLabel(request.Name, "name");
        if (request.Kind == TokenKind.Api != request.Role.HasValue)
        {
            throw ProblemException.BadField("role", request.Role.HasValue
                ? "An agent token has no role: it may only send samples." : "An API token needs a role.");
        }

        CheckHours(request.ExpiresInHours, "expiresInHours");
        var (secret, token) = tokens.Create(
            new TokenGrant(request.Name, request.Kind, request.Role, Caller.Of(context).Name)
            {
                ExpiresAfter = request.ExpiresInHours is { } hours ? TimeSpan.FromHours(hours) : null,
            });
        Audit.Describe(context, token.Name, $"token {token.Id}, {AccountRules.Text(token.Kind)}");
        return new TokenCreated(
            secret, token.Id, token.Name, token.Kind, token.Role, token.CreatedMs, token.ExpiresMs, null, null);
    }

    static NoContent Delete(long id, Tokens tokens, HttpContext context)
    {
        string name = tokens.Delete(id) ?? throw ProblemException.NotFound($"There is no token {id}.");
        Audit.Describe(context, name, $"token {id}");
        return TypedResults.NoContent();
    }

    public static void CheckHours(double? hours, string field)
    {
        if (hours is not null and not (>= HoursMin and <= HoursMax))
        {
            throw ProblemException.BadField(field, $"{hours} hours is outside {HoursMin} to {HoursMax}.");
        }
    }
}

using System.Net;
using Microsoft.Extensions.Primitives;
using Presage.Configuration;
using Presage.State;

namespace Presage.Api;

/// <summary>
/// Stands in front of every endpoint: finds out who asks (session cookie or bearer token), refuses requests forged by
/// other web sites, demands what the endpoint demands, and writes the audit log for changes that succeeded.
/// </summary>
sealed class Gate(PresageOptions options, Accounts accounts, Sessions sessions, Tokens tokens, AuditLog audit)
{
    const int FromMax = 120;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        CheckHostName(context);
        var endpoint = context.GetEndpoint();
        if (endpoint is not RouteEndpoint)
        {
            // Nothing was found, or not for this method: routing answers 404 or 405.
            await next(context);
            return;
        }

        var access = endpoint.Metadata.GetMetadata<AccessRequirement>()?.Access
            ?? throw new InvalidOperationException($"{endpoint.DisplayName} does not say who may call it.");
        bool changes = !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));
        Admit(context, access, changes);
        await next(context);
        if (changes && context.Response.StatusCode < 400 && endpoint.Metadata.GetMetadata<NotAudited>() is null)
        {
            WriteAudit(context, endpoint);
        }
    }

    /// <summary>The checks of a write request, which needs no endpoint to say what it demands.</summary>
    /// <exception cref="ProblemException">It is refused.</exception>
    public void AdmitSender(HttpContext context)
    {
        CheckHostName(context);
        Admit(context, Access.Write, changes: true);
    }

    void Admit(HttpContext context, Access access, bool changes)
    {
        var caller = Identify(context);
        context.Features.Set(caller);
        if (changes)
        {
            CheckOrigin(context);
        }

        if (!caller.May(access))
        {
            throw Refuse(caller, access);
        }
    }

    /// <summary>Who asks, as of now: a session that ended or a token that was revoked is nobody.</summary>
    public Caller Identify(HttpContext context)
    {
        if (options.Auth == AuthenticationMode.None)
        {
            return Caller.Open;
        }

        string? authorization = context.Request.Headers.Authorization;
        if (authorization is not null)
        {
            return IdentifyToken(context, authorization);
        }

        if (SessionCookie.Read(context) is not { } id || sessions.Find(id, out bool renewed) is not { } account)
        {
            return Caller.Anonymous;
        }

        if (renewed && !context.Response.HasStarted)
        {
            SessionCookie.Write(context, id, IsSecure(context));
        }

        return new Caller(CallerKind.Account, account.Name, account.Role);
    }

    public bool IsSecure(HttpContext context) =>
        context.Request.IsHttps || options.ExternalUrl?.Scheme == Uri.UriSchemeHttps;

    Caller IdentifyToken(HttpContext context, string authorization)
    {
        const string Bearer = "Bearer ";
        string agent = context.Request.Headers.UserAgent.ToString();
        if (ShownToken.Of(context) is { } shown && shown.IsAgain(authorization, agent, tokens.Revision)
            && tokens.Use(shown.Caller.Token!, shown.From))
        {
            return shown.Caller;
        }

        if (!authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(
                StatusCodes.Status401Unauthorized, "The Authorization header is not of the form \"Bearer TOKEN\".");
        }

        long revision = tokens.Revision;
        string from = $"{Address(context)} {(agent.Length <= FromMax ? agent : agent[..FromMax])}".TrimEnd();
        var token = tokens.Use(new Secret(authorization[Bearer.Length..].Trim()), from)
            ?? throw new ProblemException(
                StatusCodes.Status401Unauthorized,
                "The token is unknown, revoked or expired.",
                fix: "Make a new one under Settings, Tokens, or by `presage token create`.");
        var caller = token.Kind == TokenKind.Agent
            ? new Caller(CallerKind.AgentToken, token.Name, null, token)
            : new Caller(CallerKind.ApiToken, token.Name, token.Role, token);
        ShownToken.Keep(context, new ShownToken(authorization, agent, from, caller, revision));
        return caller;
    }

    public static string Address(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    /// <summary>
    /// Without sign-in, a page of another site could reach this server by a name of its own that resolves to loopback
    /// (DNS rebinding). Only addresses and localhost are answered then.
    /// </summary>
    void CheckHostName(HttpContext context)
    {
        string host = context.Request.Host.Host;
        if (options.Auth != AuthenticationMode.None
            || host.Length == 0
            || host is "localhost"
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || IPAddress.TryParse(host, out _)
            || string.Equals(host, options.ExternalUrl?.Host, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        throw new ProblemException(
            StatusCodes.Status421MisdirectedRequest,
            $"This server runs without sign-in and does not answer to the name {AccountRules.Shown(host)}.",
            fix: "Use 127.0.0.1 or localhost, or set external_url.");
    }

    /// <summary>
    /// Browsers tell where a request comes from; one from another site is refused. Programs tell nothing.
    /// </summary>
    void CheckOrigin(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (!StringValues.IsNullOrEmpty(headers.Authorization))
        {
            return;
        }

        string site = headers["Sec-Fetch-Site"].ToString();
        string origin = headers.Origin.ToString();
        bool own = site.Length > 0
            ? site is "same-origin" or "none"
            : origin.Length == 0
                || origin == $"{context.Request.Scheme}://{context.Request.Host}"
                || origin == options.ExternalUrl?.GetLeftPart(UriPartial.Authority);
        if (!own)
        {
            throw new ProblemException(
                StatusCodes.Status403Forbidden,
                "The request comes from a page of another site.",
                fix: "If Presage is behind a proxy, set external_url to the address users see.");
        }
    }

    ProblemException Refuse(Caller caller, Access access) => caller.Kind switch
    {
        CallerKind.Anonymous when !accounts.AdministratorExists => new ProblemException(
            StatusCodes.Status401Unauthorized,
            "No administrator exists yet.",
            fix: "Open the set-up link that the server printed at start, or print a new one by `presage setup-link`."),
        CallerKind.Anonymous => new ProblemException(
            StatusCodes.Status401Unauthorized, "This needs a signed-in account or a token."),
        CallerKind.AgentToken => new ProblemException(
            StatusCodes.Status403Forbidden, "An agent token may only send samples.", fix: "Use an API token."),
        _ => new ProblemException(
            StatusCodes.Status403Forbidden,
            $"This needs role {(access == Access.Write ? "operator" : AccountRules.Text(access))}; " +
            $"{caller.Name} is {AccountRules.Text(caller.Role!.Value)}."),
    };

    void WriteAudit(HttpContext context, Endpoint endpoint)
    {
        var entry = Audit.Of(context);
        string subject = entry.Subject ?? string.Join(", ", context.Request.RouteValues.Values);
        string action = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? endpoint.DisplayName
            ?? "";
        audit.Add(Caller.Of(context).Name, action, subject, entry.Detail);
    }
}

using System.Text.Json;
using Microsoft.AspNetCore.Connections;

namespace Presage.Api;

/// <summary>
/// The outermost step of every request: security headers on the way in, problems for whatever went wrong on the way
/// out. Exceptions end here, logged; nothing of them reaches the client but what was made for it.
/// </summary>
sealed class Edge(ILogger<Edge> logger)
{
    /// <summary>The dashboard loads everything from this server; styles set from script need unsafe-inline.</summary>
    const string DashboardPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
        "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; " +
            "frame-ancestors 'none'";

    /// <summary>The API reference page starts itself by an inline script.</summary>
    const string ReferencePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' " +
            "data: blob:; " +
        "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; " +
            "frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        AddSecurityHeaders(context);
        return GuardAsync(context, next);
    }

    /// <summary>
    /// The same for requests of programs: security headers, which tell browsers something, come with problems only.
    /// </summary>
    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            await ExplainEmptyErrorAsync(context);
        }
        catch (ProblemException e)
        {
            await WriteAsync(context, e.Problem);
        }
        catch (BadHttpRequestException e)
        {
            await WriteAsync(context, Explain(e));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away: there is nobody to answer.
        }
        catch (ConnectionResetException)
        {
            // The same in the middle of its body. Kestrel still takes that body for being read, and would log an error
            // of its own where it looks for the rest.
            context.Abort();
        }
        catch (Exception e)
        {
            Log.RequestFailed(logger, context.Request.Method, context.Request.Path.Value ?? "", e);
            await WriteAsync(context, Problem.Of(
                StatusCodes.Status500InternalServerError,
                "Presage failed to answer; the server's log says why.",
                fix: "If it stays, please report it with the log line."));
        }
    }

    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        if (context.Response.Headers.XContentTypeOptions.Count == 0)
        {
            AddSecurityHeaders(context);
        }

        context.Response.StatusCode = problem.Status;
        await context.Response.WriteAsJsonAsync(
            problem, ApiJson.Options, Problem.ContentType, CancellationToken.None);
    }

    static void AddSecurityHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentSecurityPolicy =
            context.Request.Path.StartsWithSegments("/api/docs") ? ReferencePolicy : DashboardPolicy;
        if (context.Request.Path.StartsWithSegments("/api"))
        {
            headers.CacheControl = "no-store";
        }
    }

    static async Task ExplainEmptyErrorAsync(HttpContext context)
    {
        var response = context.Response;
        if (response.StatusCode < 400 || response.HasStarted || response.ContentLength > 0
            || response.ContentType is not null)
        {
            return;
        }

        await WriteAsync(context, Problem.Of(response.StatusCode, response.StatusCode switch
        {
            404 => $"There is nothing at {context.Request.Path}.",
            405 => $"{context.Request.Path} does not take {context.Request.Method}; it takes {response.Headers.Allow}.",
            415 => "The request's Content-Type is not application/json.",
            _ => "The request was refused.",
        }));
    }

    static Problem Explain(BadHttpRequestException e) => e switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            Problem.Of(e.StatusCode, "The request's body is larger than this endpoint takes."),
        { InnerException: JsonException json } => BadJson.Explain(json),
        { InnerException: InvalidOperationException { InnerException: JsonException json } } => BadJson.Explain(json),
        _ when e.Message.StartsWith("Implicit body", StringComparison.Ordinal) =>
            Problem.Of(e.StatusCode, "The request needs a JSON body."),
        _ => Problem.Of(e.StatusCode, e.Message),
    };
}

using Microsoft.AspNetCore.Http.HttpResults;
using Presage.State;

namespace Presage.Api;

enum AuthenticationMode
{
    None,
    Password,
}

/// <summary>Who is asking, and what this server is.</summary>
/// <param name="User">The account or API token; null when not signed in.</param>
/// <param name="SetupRequired">No administrator exists yet: open the set-up link printed at start.</param>
/// <param name="ServerHost">The name of the machine the server runs on.</param>
/// <param name="Listen">The addresses it answers on, separated by a comma.</param>
/// <param name="LoopbackOnly">Whether it can be reached from this machine only.</param>
sealed record Session(
    SessionUser? User,
    AuthenticationMode Auth,
    bool SetupRequired,
    string Version,
    string ServerHost,
    string Listen,
    bool LoopbackOnly,
    long TimeMs);

sealed record SessionUser(string Name, Role Role);

/// <param name="Token">The token of the one-time set-up link.</param>
/// <param name="Name">The administrator's name.</param>
/// <param name="Password">At least 12 characters.</param>
sealed record SetupRequest(string Token, string Name, string Password);

sealed record SignInRequest(string Name, string Password);

/// <summary>Set-up, sign-in and sign-out.</summary>
static class SessionApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/session", Get).Require(Access.Public).WithName("getSession").WithTags("Session")
            .WithSummary("Who am I, and what does this server need");
        api.MapPost("/session", SignInAsync).Require(Access.Public).WithName("signIn").WithTags("Session")
            .WithSummary("Sign in; sets the session cookie");
        api.MapDelete("/session", SignOut).Require(Access.Public).WithName("signOut").WithTags("Session")
            .WithSummary("Sign out").Produces(StatusCodes.Status204NoContent);
        api.MapPost("/setup", SetUpAsync).Require(Access.Public).WithName("setUp").WithTags("Session")
            .WithSummary("Create the first administrator with the one-time link");
    }

    static Session Get(HttpContext context, SessionDesk desk) => desk.Describe(Caller.Of(context));

    static Task<Session> SignInAsync(SignInRequest request, HttpContext context, SessionDesk desk) =>
        desk.SignInAsync(request, context);

    static NoContent SignOut(HttpContext context, SessionDesk desk)
    {
        desk.SignOut(context);
        return TypedResults.NoContent();
    }

    static Task<Session> SetUpAsync(SetupRequest request, HttpContext context, SessionDesk desk) =>
        desk.SetUpAsync(request, context);
}

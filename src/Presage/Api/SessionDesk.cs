using Presage.Configuration;
using Presage.State;

namespace Presage.Api;

/// <summary>Signs people in and out, and sets the server up.</summary>
sealed class SessionDesk(
    PresageOptions options,
    Accounts accounts,
    Sessions sessions,
    Gate gate,
    SignInLimiter limiter,
    ListenAddresses addresses,
    AuditLog audit,
    TimeProvider time,
    ILogger<SessionDesk> logger) : IDisposable
{
    /// <summary>
    /// Each check of a password takes a core for a tenth of a second: strangers get at most two cores of ours.
    /// </summary>
    readonly SemaphoreSlim _hashing = new(2);

    public Session Describe(Caller caller) => new(
        caller.Role is { } role ? new SessionUser(caller.Name, role) : null,
        options.Auth,
        SetupRequired(),
        PresageVersion.Text,
        Environment.MachineName,
        addresses.Text,
        addresses.LoopbackOnly,
        time.GetUtcNow().ToUnixTimeMilliseconds());

    public async Task<Session> SignInAsync(SignInRequest request, HttpContext context)
    {
        RefuseWithoutPasswords();
        var account = await GuardAsync(context, request.Name, () => accounts.Verify(request.Name, request.Password));
        if (account is null)
        {
            audit.Add("anonymous", "signInFailed", AccountRules.Shown(request.Name), Gate.Address(context));
            throw new ProblemException(
                StatusCodes.Status401Unauthorized,
                "Name or password is wrong.",
                fix: "An administrator can set a new password, or `presage user reset-password NAME` on the server.");
        }

        return Start(context, account);
    }

    public void SignOut(HttpContext context)
    {
        if (SessionCookie.Read(context) is { } id)
        {
            sessions.End(id);
        }

        SessionCookie.Delete(context, gate.IsSecure(context));
    }

    public async Task<Session> SetUpAsync(SetupRequest request, HttpContext context)
    {
        RefuseWithoutPasswords();
        AccountRules.CheckName(request.Name, "name");
        AccountRules.CheckPassword(request.Password, "password");
        if (accounts.AdministratorExists)
        {
            throw ProblemException.Conflict("This server is set up already.", "Sign in.");
        }

        var account = await GuardAsync(
            context, "(set-up)", () => accounts.CreateFirst(new Secret(request.Token), request.Name, request.Password));
        if (account is null)
        {
            throw ProblemException.BadField(
                "token",
                "This set-up link is not valid any more: each start of the server prints a new one.",
                "Open the link printed last, or print a new one by `presage setup-link`.");
        }

        context.Response.OnCompleted(() =>
        {
            addresses.OpenConfigured();
            return Task.CompletedTask;
        });
        return Start(context, account);
    }

    public void Dispose() => _hashing.Dispose();

    bool SetupRequired() => options.Auth == AuthenticationMode.Password && !accounts.AdministratorExists;

    void RefuseWithoutPasswords()
    {
        if (options.Auth == AuthenticationMode.None)
        {
            throw ProblemException.Conflict("This server runs with auth: none; there is nothing to sign in to.");
        }
    }

    Session Start(HttpContext context, Account account)
    {
        SessionCookie.Write(context, sessions.Start(account.Name), gate.IsSecure(context));
        var caller = new Caller(CallerKind.Account, account.Name, account.Role);
        context.Features.Set(caller);
        Audit.Describe(context, account.Name, $"from {Gate.Address(context)}");
        return Describe(caller);
    }

    async Task<Account?> GuardAsync(HttpContext context, string name, Func<Account?> verify)
    {
        string address = Gate.Address(context);
        name = AccountRules.Shown(name);
        if (limiter.WaitFor(address, name) is { } wait)
        {
            int seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
            context.Response.Headers.RetryAfter = seconds.ToString();
            throw new ProblemException(
                StatusCodes.Status429TooManyRequests,
                $"Too many failed attempts from {address}.",
                fix: $"Try again in {seconds} s.");
        }

        await _hashing.WaitAsync(context.RequestAborted);
        try
        {
            var account = verify();
            if (account is null)
            {
                limiter.Failed(address, name);
                Log.SignInFailed(logger, name, address);
            }
            else
            {
                limiter.Succeeded(address, name);
            }

            return account;
        }
        finally
        {
            _hashing.Release();
        }
    }
}

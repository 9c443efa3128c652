using Microsoft.AspNetCore.Http.HttpResults;
using Presage.State;

namespace Presage.Api;

/// <param name="LastSeenMs">When the account last asked for anything, to the minute; null when never.</param>
sealed record User(string Name, Role Role, long CreatedMs, long? LastSeenMs);

/// <param name="Name">1 to 64 letters, digits, or one of <c>. _ - @ +</c>; case does not count.</param>
/// <param name="Password">12 to 256 characters.</param>
sealed record UserRequest(string Name, Role Role, string Password);

/// <summary>What to change; the rest stays.</summary>
sealed record UserChange(Role? Role = null, string? Password = null);

/// <summary>Accounts, for administrators.</summary>
static class UsersApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users").Require(Access.Administrator);
        users.MapGet("", List).WithName("listUsers").WithSummary("All accounts");
        users.MapPost("", Create).WithName("createUser").WithSummary("Create an account");
        users.MapPatch("/{name}", Change).WithName("changeUser").WithSummary("Change role or password of an account");
        users.MapDelete("/{name}", Delete).WithName("deleteUser").WithSummary("Delete an account and end its sessions");
    }

    static IReadOnlyList<User> List(Accounts accounts) => [.. accounts.Users().Select(Describe)];

    static User Create(UserRequest request, Accounts accounts, HttpContext context)
    {
        AccountRules.CheckName(request.Name, "name");
        AccountRules.CheckPassword(request.Password, "password");
        Audit.Describe(context, request.Name, $"role {AccountRules.Text(request.Role)}");
        return Describe(accounts.Create(request.Name, request.Role, request.Password)
            ?? throw ProblemException.Conflict(
                $"An account named {request.Name} exists already.", "Choose another name."));
    }

    static User Change(string name, UserChange change, Accounts accounts, HttpContext context)
    {
        if (change is { Role: null, Password: null })
        {
            throw ProblemException.BadField("role", "Nothing to change was given.", "Send role, password or both.");
        }

        if (change.Password is { } password)
        {
            AccountRules.CheckPassword(password, "password");
        }

        Audit.Describe(context, name, string.Join(", ", new[]
        {
            change.Role is { } role ? $"role {AccountRules.Text(role)}" : null,
            change.Password is null ? null : "new password",
        }.Where(static x => x is not null)));
        return accounts.Change(name, change.Role, change.Password) switch
        {
            AccountChange.Done => Describe(accounts.Find(name) ?? throw Unknown(name)),
            AccountChange.LastAdministrator => throw LastAdministrator(name),
            _ => throw Unknown(name),
        };
    }

    static NoContent Delete(string name, Accounts accounts) => accounts.Delete(name) switch
    {
        AccountChange.Done => TypedResults.NoContent(),
        AccountChange.LastAdministrator => throw LastAdministrator(name),
        _ => throw Unknown(name),
    };

    static User Describe(Account account) =>
        new(account.Name, account.Role, account.CreatedMs, account.LastSeenMs);

    static ProblemException Unknown(string name) => ProblemException.NotFound($"There is no account named {name}.");

    static ProblemException LastAdministrator(string name) => ProblemException.Conflict(
        $"{name} is the only administrator; without one nobody could manage accounts.",
            "Create another administrator first.");
}

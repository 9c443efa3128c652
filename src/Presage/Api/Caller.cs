using Presage.State;

namespace Presage.Api;

enum CallerKind
{
    Anonymous,

    /// <summary>Anyone, where authentication is off.</summary>
    Open,
    Account,
    ApiToken,
    AgentToken,
}

/// <summary>Who makes a request.</summary>
/// <param name="Name">Of the account or token, for the audit log.</param>
/// <param name="Role">Null for anonymous callers and agent tokens.</param>
/// <param name="Token">The token shown, if one was.</param>
sealed record Caller(CallerKind Kind, string Name, Role? Role, StoredToken? Token = null)
{
    public static readonly Caller Anonymous = new(CallerKind.Anonymous, "anonymous", null);
    public static readonly Caller Open = new(CallerKind.Open, "anyone", State.Role.Administrator);

    /// <summary>The caller the gate identified.</summary>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>() ?? Anonymous;

    public bool May(Access access) => access switch
    {
        Access.Public => true,
        Access.Write => Kind == CallerKind.AgentToken || Role >= State.Role.Operator,
        Access.Viewer => Role is not null,
        Access.Operator => Role >= State.Role.Operator,
        Access.Administrator => Role == State.Role.Administrator,
        _ => false,
    };
}

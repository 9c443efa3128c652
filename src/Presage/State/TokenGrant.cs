namespace Presage.State;

/// <summary>What a new token shall be.</summary>
/// <param name="Role">For API tokens; null for agent tokens.</param>
/// <param name="CreatedBy">The account that made it.</param>
public sealed record TokenGrant(string Name, TokenKind Kind, Role? Role, string CreatedBy)
{
    /// <summary>When it stops working; never when null.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>How long hosts not seen with it before may join; always when null.</summary>
    public TimeSpan? JoinWithin { get; init; }

    /// <summary>How many hosts may join with it; any number when null.</summary>
    public int? HostsMax { get; init; }
}

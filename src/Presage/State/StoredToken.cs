namespace Presage.State;

/// <summary>A token as stored: everything but its secret.</summary>
/// <param name="JoinUntilMs">Until when hosts may join with it; see <see cref="TokenGrant.JoinWithin"/>.</param>
public sealed record StoredToken(
    long Id,
    string Name,
    TokenKind Kind,
    Role? Role,
    long CreatedMs,
    long? ExpiresMs,
    long? JoinUntilMs,
    int? HostsMax,
    long? LastUsedMs,
    string? LastUsedFrom);

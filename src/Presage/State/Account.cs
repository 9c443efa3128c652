namespace Presage.State;

/// <summary>A person who may sign in.</summary>
public sealed record Account(string Name, Role Role, long CreatedMs, long? LastSeenMs);

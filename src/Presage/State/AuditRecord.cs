namespace Presage.State;

/// <summary>One change: when, who, what, to what, and how.</summary>
public sealed record AuditRecord(long TimeMs, string User, string Action, string Subject, string Detail);

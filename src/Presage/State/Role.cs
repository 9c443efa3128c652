namespace Presage.State;

/// <summary>What an account or an API token may do; each role includes the ones before it.</summary>
public enum Role
{
    /// <summary>Sees everything, changes nothing.</summary>
    Viewer,

    /// <summary>Also acknowledges, silences, tunes rules, edits channels, adds and forgets servers.</summary>
    Operator,

    /// <summary>Also manages accounts and tokens and reads the audit log.</summary>
    Administrator,
}

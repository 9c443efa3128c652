namespace Presage.State;

/// <summary>What became of a change to an account.</summary>
public enum AccountChange
{
    Done,
    Unknown,

    /// <summary>Refused: without this account nobody could manage accounts.</summary>
    LastAdministrator,
}

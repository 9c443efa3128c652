namespace Presage.State;

public enum TokenKind
{
    /// <summary>May only send samples.</summary>
    Agent,

    /// <summary>May use the API within a role.</summary>
    Api,
}

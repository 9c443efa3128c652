namespace Presage.Agent;

/// <summary>What to do with a body after the server's answer.</summary>
enum SendOutcome
{
    /// <summary>2xx: the server has it.</summary>
    Accepted,

    /// <summary>The server will never take it: drop it, say why.</summary>
    Refused,

    /// <summary>401 or 403: keep it; an operator must mend the token.</summary>
    TokenWrong,

    /// <summary>404 or 405: keep it; the address is not a Presage server's.</summary>
    AddressWrong,

    /// <summary>Busy, ill or out of reach: keep it, try again.</summary>
    Unavailable,
}

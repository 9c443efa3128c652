namespace Presage.Api;

/// <summary>What an endpoint demands of its caller.</summary>
enum Access
{
    /// <summary>Anyone, signed in or not.</summary>
    Public,

    /// <summary>Senders of samples: an agent token, or anyone who is at least operator.</summary>
    Write,

    /// <summary>A signed-in account or an API token of role viewer or above.</summary>
    Viewer,

    /// <summary>Role operator or above.</summary>
    Operator,

    /// <summary>Role administrator.</summary>
    Administrator,
}

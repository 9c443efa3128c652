namespace Presage.Protocols;

/// <summary>What kind of answer a <see cref="WireError"/> deserves.</summary>
public enum WireErrorKind
{
    /// <summary>The bytes are not what the protocol says (HTTP 400): sending them again cannot help.</summary>
    Malformed,

    /// <summary>The bytes may be fine but exceed a limit (HTTP 413): smaller requests help.</summary>
    TooLarge,

    /// <summary>The bytes belong to another protocol, version or encoding (HTTP 415).</summary>
    Unsupported,
}

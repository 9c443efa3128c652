namespace Presage.Protocols;

/// <summary>
/// Why received bytes were refused as a whole. <paramref name="Message"/> is a sentence for the sender that names the
/// field, the value and the fix; <paramref name="Position"/> is the offset in bytes (in lines for text formats, counted
/// from 1) where reading stopped, -1 where no position makes sense.
/// </summary>
public readonly record struct WireError(WireErrorKind Kind, int Position, string Message)
{
    /// <summary>Bytes that break the format at an offset.</summary>
    public static WireError Malformed(int position, string message) => new(WireErrorKind.Malformed, position, message);

    public override string ToString() => Position < 0 ? Message : $"{Message} (at {Position})";
}

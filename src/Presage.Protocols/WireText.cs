using System.Text;

namespace Presage.Protocols;

/// <summary>Foreign bytes made fit for a message to a person or a log line.</summary>
static class WireText
{
    const int ShownMax = 64;

    /// <summary>The first 64 bytes as text; control characters and bytes that are not UTF-8 become U+FFFD.</summary>
    public static string Shorten(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(ShownMax + 1);
        foreach (var rune in Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, ShownMax)]).EnumerateRunes())
        {
            text.Append(Rune.IsControl(rune) ? Rune.ReplacementChar.ToString() : rune.ToString());
        }

        return bytes.Length > ShownMax ? text.Append('…').ToString() : text.ToString();
    }
}

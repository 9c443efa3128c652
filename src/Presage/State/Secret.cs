using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Presage.State;

/// <summary>
/// A random secret handed out once: 256 bits, printed as base64url behind a prefix that says what it is (so that secret
/// scanners and people can tell). Only its SHA-256 is stored: with 256 random bits nothing slower is needed.
/// </summary>
public readonly record struct Secret(string Text)
{
    const int Bytes = 32;

    /// <summary>Longer texts are not ours and are not hashed.</summary>
    const int TextMax = 200;

    public static Secret New(string prefix = "") =>
        new(prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>What is stored and looked up.</summary>
    public byte[] Hash() =>
        SHA256.HashData(Encoding.UTF8.GetBytes(Text.Length <= TextMax ? Text : Text[..TextMax]));

    /// <summary>Keeps the secret out of logs.</summary>
    public override string ToString() => "(secret)";
}

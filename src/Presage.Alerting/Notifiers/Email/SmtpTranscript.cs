using System.Text;
using MailKit;

namespace Presage.Alerting.Notifiers.Email;

/// <summary>
/// Listens to the conversation with a mail server: keeps its last answer word for word and the lines for the test
/// button. What signs in is blacked out, the mail itself is counted only.
/// </summary>
sealed class SmtpTranscript : IProtocolLogger
{
    readonly Transcript _transcript = new();
    readonly StringBuilder _answer = new();
    int _mailBytes;
    bool _sendingMail;

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary>The server's last answer, all its lines joined; empty when it said nothing.</summary>
    public string LastAnswer => _answer.ToString();

    public IReadOnlyList<string> Lines => _transcript.Lines;

    public void Add(string line) => _transcript.Add(line);

    public void LogConnect(Uri uri) => _transcript.Add($"= connected to {uri.Host}:{uri.Port}");

    public void LogClient(byte[] buffer, int offset, int count)
    {
        if (_sendingMail)
        {
            _mailBytes += count;
            return;
        }

        _answer.Clear();
        foreach (string line in Split(BlackOut(buffer, offset, count)))
        {
            _transcript.Add($"> {line}");
        }
    }

    public void LogServer(byte[] buffer, int offset, int count)
    {
        if (_sendingMail)
        {
            _transcript.Add($"> ({_mailBytes} bytes of mail)");
            _sendingMail = false;
            _answer.Clear();
        }

        foreach (string line in Split(Encoding.UTF8.GetString(buffer, offset, count)))
        {
            _transcript.Add($"< {line}");
            _answer.Append(_answer.Length > 0 ? " " : "").Append(line);
            _sendingMail = line.StartsWith("354", StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        // Holds nothing but text.
    }

    string BlackOut(byte[] buffer, int offset, int count)
    {
        byte[] shown = buffer.AsSpan(offset, count).ToArray();
        foreach (var secret in AuthenticationSecretDetector?.DetectSecrets(buffer, offset, count) ?? [])
        {
            shown.AsSpan(secret.StartIndex - offset, secret.Length).Fill((byte)'*');
        }

        return Encoding.UTF8.GetString(shown);
    }

    static string[] Split(string text) => text.Split(["\r\n", "\n"], StringSplitOptions.RemoveEmptyEntries);
}

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
    readonly StringBuilder _line = new();
    readonly StringBuilder _reply = new();
    int _mailBytes;
    bool _sendingMail;

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary>The server's last answer, all its lines joined; empty when it said nothing.</summary>
    public string LastAnswer { get; private set; } = "";

    /// <summary>
    /// Its last answer of class 4 or 5. After a refusal the conversation is reset and ended politely, so that the
    /// last answer is another.
    /// </summary>
    public string LastRefusal { get; private set; } = "";

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

        foreach (string line in BlackOut(buffer, offset, count).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
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
        }

        // What was read may start and end within a line, and hold the answers to several pipelined commands.
        foreach (char c in Encoding.UTF8.GetString(buffer, offset, count))
        {
            if (c == '\n')
            {
                EndLine(_line.ToString().TrimEnd('\r'));
                _line.Clear();
            }
            else if (_line.Length < Transcript.LineMax)
            {
                _line.Append(c);
            }
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

    /// <summary>A line of an answer; a hyphen after the code says that more follow (RFC 5321, 4.2.1).</summary>
    void EndLine(string line)
    {
        _transcript.Add($"< {line}");
        if (_reply.Length < SendOutcome.AnswerMax)
        {
            _reply.Append(_reply.Length > 0 ? " " : "").Append(line);
        }

        if (line.Length > 3 && line[3] == '-')
        {
            return;
        }

        LastAnswer = _reply.ToString();
        LastRefusal = LastAnswer.StartsWith('4') || LastAnswer.StartsWith('5') ? LastAnswer : LastRefusal;
        _sendingMail = LastAnswer.StartsWith("354", StringComparison.Ordinal);
        _reply.Clear();
    }
}

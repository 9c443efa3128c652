using System.Net.Security;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Presage.Alerting.Grouping;

namespace Presage.Alerting.Notifiers.Email;

/// <summary>
/// Sends a notification as e-mail over SMTP, one connection a delivery. 4yz answers, refused connections, time-outs
/// and broken conversations are temporary; 5yz answers (RFC 5321, 4.2.1), a server that lacks STARTTLS or AUTH, and a
/// certificate that does not hold are permanent: the settings must change first.
/// </summary>
public sealed class EmailNotifier(EmailSettings settings, TimeProvider time) : INotifier
{
    public IReadOnlyList<string> Recipients => settings.To;

    public async Task<SendOutcome> SendAsync(
        Notification notification, string recipient, string idempotencyKey, CancellationToken cancellationToken)
    {
        using var log = new SmtpTranscript();
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var message = EmailMessage.Of(notification, settings.From, recipient, idempotencyKey);
            string answer = await ConverseAsync(message, log, either.Token);
            return Outcome(SendResult.Delivered, answer, log);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string answer = $"No answer within {settings.Timeout.TotalSeconds:0.#} s.";
            return Outcome(SendResult.Temporary, answer, log, failed: true);
        }
        catch (Exception e) when (Classify(e) is { } result)
        {
            return Outcome(result, Answer(e, log), log, failed: true);
        }
    }

    async Task<string> ConverseAsync(MimeMessage message, SmtpTranscript log, CancellationToken cancellationToken)
    {
        using var client = new SmtpClient(log)
        {
            Timeout = (int)settings.StepTimeout.TotalMilliseconds,

            // Private authorities seldom publish revocation lists, and an alert must not wait for one.
            CheckCertificateRevocation = false,
        };
        if (!settings.VerifyCertificate)
        {
            client.ServerCertificateValidationCallback = (_, _, _, errors) =>
                errors == SslPolicyErrors.None || !settings.VerifyCertificate;
        }

        await client.ConnectAsync(settings.Host, settings.Port, Options(settings.Security), cancellationToken);
        if (settings.User is { Length: > 0 } user)
        {
            await client.AuthenticateAsync(user, settings.Password ?? "", cancellationToken);
        }

        await client.SendAsync(message, cancellationToken);
        string answer = log.LastAnswer;
        await LeaveAsync(client, log, cancellationToken);
        return answer;
    }

    /// <summary>The mail is accepted; a connection that breaks while saying good-bye must not send it twice.</summary>
    static async Task LeaveAsync(SmtpClient client, SmtpTranscript log, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception e) when (
            e is IOException or ProtocolException or SocketException or OperationCanceledException)
        {
            log.Add($"! after the mail was accepted: {e.Message}");
        }
    }

    static SecureSocketOptions Options(EmailSecurity security) => security switch
    {
        EmailSecurity.None => SecureSocketOptions.None,
        EmailSecurity.StartTls => SecureSocketOptions.StartTls,
        _ => SecureSocketOptions.SslOnConnect,
    };

    static SendResult? Classify(Exception e) => e switch
    {
        SmtpCommandException { StatusCode: var code } =>
            (int)code is >= 400 and < 500 ? SendResult.Temporary : SendResult.Permanent,

        // A refused AUTH has the server's code inside; without one the server has no method that we can use.
        AuthenticationException { InnerException: SmtpCommandException inner } => Classify(inner),
        AuthenticationException => SendResult.Permanent,
        SslHandshakeException or NotSupportedException or ParseException => SendResult.Permanent,
        ProtocolException or IOException or SocketException or TimeoutException => SendResult.Temporary,
        _ => null,
    };

    string Answer(Exception e, SmtpTranscript log) => e switch
    {
        SmtpCommandException or AuthenticationException when log.LastRefusal.Length > 0 => log.LastRefusal,
        SocketException socket => $"{settings.Host}:{settings.Port}: {socket.Message} ({socket.SocketErrorCode})",
        SslHandshakeException tls =>
            $"TLS with {settings.Host}:{settings.Port} failed: {tls.GetBaseException().Message}",
        NotSupportedException when settings.Security == EmailSecurity.StartTls =>
            $"{settings.Host}:{settings.Port} does not offer STARTTLS.",
        _ => e.Message,
    };

    static SendOutcome Outcome(SendResult result, string answer, SmtpTranscript log, bool failed = false)
    {
        string clean = SendOutcome.Clean(answer);
        if (failed && clean != SendOutcome.Clean(log.LastAnswer))
        {
            log.Add($"! {clean}");
        }

        return new SendOutcome(result, clean, null, log.Lines);
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using MimeKit;
using Presage.Alerting.Grouping;
using Presage.Alerting.Rules;

namespace Presage.Alerting.Notifiers.Email;

/// <summary>
/// A notification as a mail: text and HTML, threaded by Message-ID and References (RFC 5322, 3.6.4), marked as made
/// by a machine (RFC 3834). Every try of a delivery makes the same Message-ID, so that a mail server or reader can
/// drop a repeated one.
/// </summary>
public static class EmailMessage
{
    /// <summary>Whether a text is one e-mail address with a domain, with or without a display name.</summary>
    public static bool IsAddress(string text) =>
        text.Length <= 320 && MailboxAddress.TryParse(text, out var mailbox) &&
        mailbox.Address.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < mailbox.Address.Length - 1;

    /// <summary>
    /// Makes the mail to one recipient. <paramref name="idempotencyKey"/> tells messages of one thread apart.
    /// </summary>
    /// <exception cref="ParseException">An address is not one.</exception>
    public static MimeMessage Of(Notification notification, string from, string recipient, string idempotencyKey)
    {
        var sender = MailboxAddress.Parse(from);
        string domain = sender.Domain is { Length: > 0 } given ? given : "presage.invalid";
        string thread = $"presage.{notification.ThreadKey}@{domain}";
        var message = new MimeMessage
        {
            Subject = Subject(notification),
            Date = DateTimeOffset.FromUnixTimeMilliseconds(notification.AtMs),
            MessageId = notification.Status == NotificationStatus.Firing
                ? thread
                : $"presage.{notification.ThreadKey}.{idempotencyKey}@{domain}",
        };
        message.From.Add(sender);
        message.To.Add(MailboxAddress.Parse(recipient));
        if (notification.Status == NotificationStatus.Resolved)
        {
            message.InReplyTo = thread;
            message.References.Add(thread);
        }

        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        message.Headers.Add("X-Presage-Rule", notification.RuleId);
        message.Headers.Add("X-Presage-Severity", SeverityWord(notification));
        message.Body = new Multipart("alternative")
        {
            Part("plain", Text(notification)),
            Part("html", Html(notification)),
        };
        return message;
    }

    static TextPart Part(string subtype, string text) =>
        new(subtype) { Text = text, ContentTransferEncoding = ContentEncoding.QuotedPrintable };

    static string Subject(Notification notification)
    {
        string state = notification.Status == NotificationStatus.Firing ? SeverityWord(notification) : "ended";
        string sentence = notification.Sentence.Replace('\u00A0', ' ').TrimEnd('.');
        string subject = $"[{state}] {sentence}";
        return subject.Length <= 200 ? subject : string.Concat(subject.AsSpan(0, 199), "…");
    }

    static string SeverityWord(Notification notification) =>
        notification.Severity == Severity.Critical ? "critical" : "warning";

    static string Text(Notification notification)
    {
        var text = new StringBuilder().Append(notification.Sentence).Append("\r\n\r\n");
        if (notification.Alerts.Count > 1)
        {
            foreach (var alert in notification.Alerts)
            {
                text.Append("- ").Append(alert.Sentence).Append("\r\n");
            }

            text.Append("\r\n");
        }

        foreach (var (name, value) in Facts(notification))
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return text.ToString();
    }

    static string Html(Notification notification)
    {
        bool firing = notification.Status == NotificationStatus.Firing;
        string colour = !firing ? "#2e7d4f" : notification.Severity == Severity.Critical ? "#b3261e" : "#9a6700";
        var html = new StringBuilder()
            .Append("<!doctype html><html lang=\"en\"><body style=\"margin:0;padding:24px;")
            .Append("font:15px/1.5 'IBM Plex Sans',system-ui,sans-serif;color:#1b1f24\">")
            .Append($"<p style=\"margin:0 0 16px;padding-left:12px;border-left:4px solid {colour};font-size:17px\">")
            .Append(Encode(notification.Sentence)).Append("</p>");
        if (notification.Alerts.Count > 1)
        {
            html.Append("<ul>");
            foreach (var alert in notification.Alerts)
            {
                html.Append("<li>").Append(Encode(alert.Sentence)).Append("</li>");
            }

            html.Append("</ul>");
        }

        html.Append("<table style=\"border-collapse:collapse;font-size:13px\">");
        foreach (var (name, value) in Facts(notification))
        {
            html.Append("<tr><td style=\"padding:2px 16px 2px 0;color:#59636e\">")
                .Append(Encode(name)).Append("</td><td>")
                .Append(value.StartsWith("http", StringComparison.Ordinal)
                    ? $"<a href=\"{Encode(value)}\">{Encode(value)}</a>"
                    : Encode(value))
                .Append("</td></tr>");
        }

        return html.Append("</table></body></html>").ToString();
    }

    static List<(string Name, string Value)> Facts(Notification notification)
    {
        var first = notification.Alerts[0];
        var facts = new List<(string, string)>
        {
            ("Rule", $"{notification.RuleName} ({SeverityWord(notification)})"),
            ("Host", notification.Host),
            ("Since", Utc(notification.Alerts.Min(alert => alert.StartsMs))),
        };
        if (first.EndsMs is { } ended)
        {
            facts.Add(("Ended", Utc(ended)));
        }

        if (notification.HostUrl is { } url)
        {
            facts.Add(("Page", url));
        }

        return facts;
    }

    static string Utc(long timestampMs) => DateTimeOffset.FromUnixTimeMilliseconds(timestampMs)
        .ToString("ddd d MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    static string Encode(string text) => WebUtility.HtmlEncode(text);
}

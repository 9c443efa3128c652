using System.Net;
using Presage.Alerting.Grouping;
using Presage.Alerting.Notifiers.Email;
using Presage.Alerting.Notifiers.Webhook;
using Presage.Alerting.Rules;
using Presage.State;

namespace Presage.Api;

/// <summary>What the settings of a channel must be, and how they become a stored channel.</summary>
static class ChannelRules
{
    /// <summary>Stands for a value that is not shown.</summary>
    public const string Hidden = "********";

    const int RecipientsMax = 50;
    const int HeadersMax = 20;
    const int TextMax = 2000;

    static readonly string[] ReservedHeaders =
    [
        "Host",
        "Content-Type",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Expect",
        "Upgrade",
        "Trailer",
        "TE",
        WebhookSignature.SignatureHeader, WebhookSignature.TimestampHeader, WebhookSignature.IdempotencyHeader,
    ];

    /// <summary>Checks a request; secrets left out are those of <paramref name="before"/>.</summary>
    /// <exception cref="ProblemException">A field holds a bad value.</exception>
    public static StoredChannel Read(ChannelRequest request, long id, StoredChannel? before)
    {
        AccountRules.CheckLabel(request.Name, "name");
        if (request.Severities.Count == 0)
        {
            throw ProblemException.BadField(
                "severities", "No severity is chosen.", "Choose critical, warning or both.");
        }

        bool email = request.Kind == ChannelKind.Email;
        if ((request.Email is not null) != email || (request.Webhook is not null) == email)
        {
            string kind = AccountRules.Text(request.Kind);
            throw ProblemException.BadField(
                kind, $"A channel of kind {kind} needs the settings \"{kind}\" and no others.");
        }

        var severities = request.Severities.Distinct()
            .Select(static s => s == AlertItemSeverity.Critical ? Severity.Critical : Severity.Warning)
            .Order()
            .ToArray();
        return new StoredChannel(
            id,
            request.Name.Trim(),
            new ChannelRouting(request.Enabled, severities, request.SendResolved),
            email ? ReadEmail(request.Email!, before?.Email) : null,
            email ? null : ReadWebhook(request.Webhook!, before?.Webhook, request.Name.Trim()));
    }

    static EmailSettings ReadEmail(ChannelEmailRequest request, EmailSettings? before)
    {
        string host = request.Host.Trim();
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw ProblemException.BadField(
                "email.host",
                $"\"{AccountRules.Shown(host)}\" is not a host name.",
                "Give the mail server's name or address.");
        }

        if (request.Port is < 1 or > 65535)
        {
            throw ProblemException.BadField(
                "email.port", $"{request.Port} is outside 1 to 65535.", "Usual are 587 (STARTTLS), 465 (TLS) and 25.");
        }

        string? user = string.IsNullOrWhiteSpace(request.User) ? null : request.User;
        string? password = request.Password switch { null => before?.Password, "" => null, var given => given };
        CheckText(user, "email.user");
        CheckText(password, "email.password");
        if (user is not null && request.Security == ChannelSecurity.None && !IsLoopback(host))
        {
            throw ProblemException.BadField(
                "email.security",
                "A password would cross the network unprotected.",
                "Choose STARTTLS or TLS, or leave the user empty.");
        }

        CheckAddress(request.From, "email.from");
        if (request.To.Count is < 1 or > RecipientsMax)
        {
            throw ProblemException.BadField(
                "email.to", $"There are {request.To.Count} recipients.", $"Give 1 to {RecipientsMax}.");
        }

        for (int i = 0; i < request.To.Count; i++)
        {
            CheckAddress(request.To[i], $"email.to[{i}]");
        }

        return new EmailSettings
        {
            Host = host,
            Port = request.Port,
            Security = request.Security switch
            {
                ChannelSecurity.None => EmailSecurity.None,
                ChannelSecurity.StartTls => EmailSecurity.StartTls,
                _ => EmailSecurity.Tls,
            },
            User = user,
            Password = user is null ? null : password,
            From = request.From.Trim(),
            To = [.. request.To.Select(static to => to.Trim()).Distinct(StringComparer.OrdinalIgnoreCase)],
            VerifyCertificate = request.VerifyCertificate,
        };
    }

    static WebhookSettings ReadWebhook(ChannelWebhookRequest request, WebhookSettings? before, string name)
    {
        if (!Uri.TryCreate(request.Url.Trim(), UriKind.Absolute, out var url) ||
            url.Scheme is not ("http" or "https") || request.Url.Length > TextMax)
        {
            throw ProblemException.BadField(
                "webhook.url",
                $"\"{AccountRules.Shown(request.Url)}\" is not an http or https address.",
                "Give the whole address.");
        }

        if (url.UserInfo.Length > 0)
        {
            throw ProblemException.BadField(
                "webhook.url", "The address holds a user name or password.", "Give them as the header Authorization.");
        }

        string? secret = request.Secret switch { null => before?.Secret, "" => null, var given => given };
        CheckText(secret, "webhook.secret");
        return new WebhookSettings
        {
            Url = url,
            Secret = secret,
            Headers = ReadHeaders(request.Headers ?? new Dictionary<string, string>(), before),
            Receiver = name,
        };
    }

    static Dictionary<string, string> ReadHeaders(IReadOnlyDictionary<string, string> headers, WebhookSettings? before)
    {
        if (headers.Count > HeadersMax)
        {
            throw ProblemException.BadField(
                "webhook.headers", $"There are {headers.Count} headers; {HeadersMax} is the most.");
        }

        var read = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, given) in headers)
        {
            string field = $"webhook.headers.{AccountRules.Shown(name)}";
            if (name.Length is < 1 or > 100 ||
                !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                throw ProblemException.BadField(
                    field, "This is not a header's name.", "Use letters, digits and hyphens.");
            }

            if (ReservedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw ProblemException.BadField(field, $"Presage sets the header {name} itself.", "Leave it out.");
            }

            if (given is null)
            {
                throw ProblemException.BadField(field, "Its value is null.", "Leave the header out, or give a text.");
            }

            string value = given == Hidden && before is not null && before.Headers.TryGetValue(name, out string? stored)
                ? stored
                : given;
            if (value.Length > TextMax || value.Any(static c => c is < ' ' or > '~'))
            {
                throw ProblemException.BadField(
                    field,
                    $"Its value needs up to {TextMax} printable ASCII characters.",
                    "Remove line breaks and other letters.");
            }

            if (!read.TryAdd(name, value))
            {
                throw ProblemException.BadField(field, $"The header {name} stands twice.");
            }
        }

        return read;
    }

    static void CheckAddress(string? address, string field)
    {
        if (address is null || !EmailMessage.IsAddress(address))
        {
            throw ProblemException.BadField(
                field,
                $"\"{AccountRules.Shown(address ?? "null")}\" is not one e-mail address.",
                "Write it as name@example.com.");
        }
    }

    static void CheckText(string? text, string field)
    {
        if (text is not null && (text.Length > TextMax || text.Any(char.IsControl)))
        {
            throw ProblemException.BadField(field, $"It needs up to {TextMax} characters without line breaks.");
        }
    }

    static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ||
        (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

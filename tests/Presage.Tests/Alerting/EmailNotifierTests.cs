using System.Net;
using System.Net.Sockets;
using MimeKit;
using Presage.Alerting.Notifiers;
using Presage.Alerting.Notifiers.Email;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Alerting;

/// <summary>E-mail against a real SMTP server.</summary>
public sealed class EmailNotifierTests : NotifierContract
{
    [Fact]
    public async Task The_mail_holds_text_html_and_what_threads_it()
    {
        await using var server = await SmtpServer.StartAsync();
        var notifier = new EmailNotifier(Settings(server.Port), Time);
        var firing = Messages.Firing();
        await notifier.SendAsync(firing, "ops@example.test", "key-1", default);
        await notifier.SendAsync(Messages.Resolved(firing), "ops@example.test", "key-2", default);

        var (first, second) = (Parse(server.Mails[0]), Parse(server.Mails[1]));
        Assert.Equal("[critical] web1: file system / is 96 % full for 1 min; threshold 95 %", first.Subject);
        Assert.StartsWith("[ended] web1: file system / is 96 % full again", second.Subject);
        Assert.Equal($"presage.{firing.ThreadKey}@example.test", first.MessageId);
        Assert.Equal(first.MessageId, second.InReplyTo);
        Assert.Equal(first.MessageId, Assert.Single(second.References));
        Assert.NotEqual(first.MessageId, second.MessageId);
        Assert.Equal("auto-generated", first.Headers["Auto-Submitted"]);
        Assert.Contains("file system / is 96\u00A0% full", first.TextBody);
        Assert.Contains("https://presage.example.test/hosts/web1", first.TextBody);
        Assert.Contains("<a href=\"https://presage.example.test/hosts/web1\">", first.HtmlBody);
        Assert.Equal("ops@example.test", first.Headers["X-RcptTo"]);
        Assert.Equal("presage@example.test", first.Headers["X-MailFrom"]);
    }

    [Fact]
    public async Task A_repeated_try_makes_the_same_message_id()
    {
        await using var server = await SmtpServer.StartAsync();
        var notifier = new EmailNotifier(Settings(server.Port), Time);
        await notifier.SendAsync(Messages.Firing(), "ops@example.test", "key-1", default);
        await notifier.SendAsync(Messages.Firing(), "ops@example.test", "key-1", default);
        Assert.Equal(Parse(server.Mails[0]).MessageId, Parse(server.Mails[1]).MessageId);
    }

    [Fact]
    public async Task Signs_in_after_starttls_and_shows_no_password()
    {
        await using var server = await SmtpServer.StartAsync(0, "--tls", "starttls", "--auth", "presage:pa55-word");
        var notifier = new EmailNotifier(SignedIn(server.Port, EmailSecurity.StartTls, "pa55-word"), Time);
        var outcome = await notifier.SendAsync(Messages.Firing(), "ops@example.test", "key-1", default);

        Assert.Equal(SendResult.Delivered, outcome.Result);
        Assert.Equal("250 2.0.0 Ok: queued as TEST1", outcome.Answer);
        Assert.Equal("presage", Parse(Assert.Single(server.Mails)).Headers["X-User"]);
        string transcript = string.Join('\n', outcome.Transcript);
        Assert.Contains("STARTTLS", transcript);
        Assert.Contains("235", transcript);
        Assert.DoesNotContain("pa55-word", transcript);
        Assert.DoesNotContain(
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("\0presage\0pa55-word")), transcript);
        Assert.DoesNotContain(Convert.ToBase64String("pa55-word"u8), transcript);
    }

    [Fact]
    public async Task Speaks_tls_from_the_first_byte()
    {
        await using var server = await SmtpServer.StartAsync(0, "--tls", "implicit", "--auth", "presage:pa55-word");
        var notifier = new EmailNotifier(SignedIn(server.Port, EmailSecurity.Tls, "pa55-word"), Time);
        var outcome = await notifier.SendAsync(Messages.Firing(), "ops@example.test", "key-1", default);
        Assert.Equal((SendResult.Delivered, 1), (outcome.Result, server.Mails.Count));
    }

    [Fact]
    public async Task A_wrong_password_is_permanent_with_the_servers_535()
    {
        await using var server = await SmtpServer.StartAsync(0, "--tls", "starttls", "--auth", "presage:pa55-word");
        var notifier = new EmailNotifier(SignedIn(server.Port, EmailSecurity.StartTls, "wrong"), Time);
        var outcome = await notifier.SendAsync(Messages.Firing(), "ops@example.test", "key-1", default);
        Assert.Equal(SendResult.Permanent, outcome.Result);
        Assert.StartsWith("535 ", outcome.Answer);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task A_certificate_that_does_not_hold_is_permanent()
    {
        await using var server = await SmtpServer.StartAsync(0, "--tls", "starttls", "--auth", "presage:pa55-word");
        var settings = SignedIn(server.Port, EmailSecurity.StartTls, "pa55-word") with { VerifyCertificate = true };
        var outcome = await new EmailNotifier(settings, Time)
            .SendAsync(Messages.Firing(), "ops@example.test", "key-1", default);
        Assert.Equal(SendResult.Permanent, outcome.Result);
        Assert.StartsWith("TLS with 127.0.0.1", outcome.Answer);
    }

    [Fact]
    public async Task A_server_without_starttls_is_permanent()
    {
        await using var server = await SmtpServer.StartAsync();
        var settings = Settings(server.Port) with { Security = EmailSecurity.StartTls };
        var outcome = await new EmailNotifier(settings, Time)
            .SendAsync(Messages.Firing(), "ops@example.test", "key-1", default);
        Assert.Equal(SendResult.Permanent, outcome.Result);
        Assert.Contains("does not offer STARTTLS", outcome.Answer);
    }

    [Fact]
    public async Task A_server_that_dies_half_way_is_temporary()
    {
        await using var server = await SmtpServer.StartAsync(0, "--die", "data");
        var outcome = await new EmailNotifier(Settings(server.Port), Time)
            .SendAsync(Messages.Firing(), "ops@example.test", "key-1", default);
        Assert.Equal(SendResult.Temporary, outcome.Result);
        Assert.Empty(server.Mails);
    }

    internal override async Task<FarEnd> WorkingAsync() => Far(await SmtpServer.StartAsync());

    internal override async Task<FarEnd> RefusingAsync() =>
        Far(await SmtpServer.StartAsync(0, "--fail", "550 5.1.1 no such user"));

    internal override async Task<FarEnd> BusyAsync() =>
        Far(await SmtpServer.StartAsync(0, "--fail", "451 4.7.1 try later"));

    internal override Task<FarEnd> AbsentAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var notifier = new EmailNotifier(Settings(port), Time);
        return Task.FromResult(
            new FarEnd(notifier, static () => 0, Task.CompletedTask, static () => ValueTask.CompletedTask));
    }

    internal override async Task<FarEnd> HangingAsync() => Far(await SmtpServer.StartAsync(0, "--hang"), hangs: true);

    FarEnd Far(SmtpServer server, bool hangs = false) => new(
        new EmailNotifier(Settings(server.Port), Time),
        () => server.Mails.Count,
        hangs ? server.ReadLineAsync() : Task.CompletedTask,
        server.DisposeAsync);

    static EmailSettings Settings(int port) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        Security = EmailSecurity.None,
        From = "Presage <presage@example.test>",
        To = ["ops@example.test"],
    };

    static EmailSettings SignedIn(int port, EmailSecurity security, string password) => Settings(port) with
    {
        Security = security,
        User = "presage",
        Password = password,
        VerifyCertificate = false,
    };

    static MimeMessage Parse(string mail) =>
        MimeMessage.Load(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(mail)));
}

using System.Net.Sockets;
using Xunit;

namespace Presage.EndToEnd.Support;

/// <summary>Debian's aiosmtpd as a real SMTP server that keeps every mail as a file (Maildir).</summary>
sealed class MailSink : IAsyncDisposable
{
    const string Python = "/usr/bin/python3";

    readonly ChildProcess _process;
    readonly string _folder;

    MailSink(ChildProcess process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    public static async Task<MailSink> StartAsync(string folder)
    {
        Assert.SkipUnless(
            Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd"),
            "needs Debian's python3-aiosmtpd"
        );
        int port = FreePort.Next();
        var process = ChildProcess.Start(
            Python,
            ["-m", "aiosmtpd", "-n", "-l", $"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", folder]
        );
        await Eventually.Holds(
            "the SMTP server accepts",
            TimeSpan.FromSeconds(10),
            async () =>
            {
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync("127.0.0.1", port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            }
        );
        return new MailSink(process, folder, port);
    }

    /// <summary>The mails accepted so far, oldest first, with the moment each file was complete.</summary>
    public IReadOnlyList<AcceptedMail> Mails()
    {
        string folder = Path.Combine(_folder, "new");
        return !Directory.Exists(folder)
            ? []
            :
            [
                .. Directory
                    .GetFiles(folder)
                    .Select(static path => (Time: File.GetLastWriteTimeUtc(path), Path: path))
                    .OrderBy(static file => file.Time)
                    .Select(static file => new AcceptedMail(
                        new DateTimeOffset(file.Time, TimeSpan.Zero),
                        File.ReadAllText(file.Path)
                    )),
            ];
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    public sealed record AcceptedMail(DateTimeOffset AcceptedAt, string Text);
}

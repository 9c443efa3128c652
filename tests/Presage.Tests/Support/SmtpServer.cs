using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace Presage.Tests.Support;

/// <summary>
/// Debian's aiosmtpd as a child process (<c>smtp_server.py</c>): a real mail server with TLS, AUTH and failures on
/// demand.
/// </summary>
sealed class SmtpServer : IAsyncDisposable
{
    const string Python = "/usr/bin/python3";

    static readonly Lazy<(string Certificate, string Key)> Pem = new(MakePem);

    readonly Process _process;
    readonly DirectoryInfo _folder;

    SmtpServer(Process process, DirectoryInfo folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <summary>The mails taken so far, oldest first.</summary>
    public IReadOnlyList<string> Mails =>
        [.. _folder.GetFiles("*.eml").OrderBy(static file => file.Name.Length).ThenBy(static file => file.Name)
            .Select(static file => File.ReadAllText(file.FullName))];

    /// <summary>Starts the server and waits until it listens. <paramref name="port"/> 0 takes a free one.</summary>
    public static async Task<SmtpServer> StartAsync(int port = 0, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Python), "needs Debian's python3-aiosmtpd");
        var folder = Directory.CreateTempSubdirectory("presage-smtp-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "cert.pem"), Pem.Value.Certificate);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "key.pem"), Pem.Value.Key);
        var start = new ProcessStartInfo(Python)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.FullName,
        };
        string script = Path.Combine(AppContext.BaseDirectory, "Support", "smtp_server.py");
        foreach (string argument in (string[])[script, "--folder", folder.FullName, "--port", $"{port}", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        if (arguments.Contains("--tls"))
        {
            foreach (string argument in (string[])["--cert", "cert.pem", "--key", "key.pem"])
            {
                start.ArgumentList.Add(argument);
            }
        }

        var process = Process.Start(start)!;
        string? line = await process.StandardOutput.ReadLineAsync();
        if (line?.StartsWith("ready ", StringComparison.Ordinal) != true)
        {
            string error = await process.StandardError.ReadToEndAsync();
            Assert.SkipWhen(error.Contains("No module named 'aiosmtpd'"), "needs Debian's python3-aiosmtpd");
            throw new InvalidOperationException($"smtp_server.py did not start: {line} {error}");
        }

        return new SmtpServer(process, folder, int.Parse(line["ready ".Length..]));
    }

    /// <summary>The next line the server prints.</summary>
    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync();

    /// <summary>Completes when the server has died.</summary>
    public Task ExitedAsync() => _process.WaitForExitAsync();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    static (string Certificate, string Key) MakePem()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

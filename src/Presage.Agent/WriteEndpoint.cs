using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Presage.Agent;

/// <summary>
/// The server's /api/v1/write: posts one body and judges the answer. Never throws for what a network can do.
/// </summary>
sealed class WriteEndpoint : IDisposable
{
    const int AnswerBytesMax = 512;

    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5), AnswerTimeout = TimeSpan.FromSeconds(15);
    static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    readonly HttpClient _client;
    readonly Uri _address;
    readonly AuthenticationHeaderValue _authorization;
    readonly TimeProvider _time;

    public WriteEndpoint(AgentOptions options, TimeProvider time)
    {
        _time = time;
        _address = new Uri(options.Server!.AbsoluteUri.TrimEnd('/') + "/api/v1/write");
        _authorization = new AuthenticationHeaderValue("Bearer", options.Token);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            UseCookies = false,
            MaxConnectionsPerServer = 1,
            // The name is looked up again now and then: servers move.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        if (options.CertificateAuthorityFile is { } file)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(file);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("presage-agent", AgentVersion.Text));
        _client.DefaultRequestHeaders.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
    }

    /// <summary>Posts a body.</summary>
    /// <exception cref="OperationCanceledException">The agent ends.</exception>
    public async Task<ServerAnswer> SendAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = Protobuf;
        content.Headers.ContentEncoding.Add("snappy");
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = content };
        request.Headers.Authorization = _authorization;
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead,
                either.Token);
            string text = response.IsSuccessStatusCode ? "" : await ReadStartAsync(response, either.Token);
            return ServerAnswer.Of(response.StatusCode, text, RetryAfter(response));
        }
        catch (HttpRequestException e)
        {
            return ServerAnswer.None(Explain(e));
        }
        catch (IOException e)
        {
            return ServerAnswer.None($"the connection broke: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ServerAnswer.None($"no answer within {AnswerTimeout.TotalSeconds} s");
        }
    }

    public void Dispose() => _client.Dispose();

    TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => null,
    };

    static async Task<string> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[AnswerBytesMax];
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        int length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, length).ReplaceLineEndings(" ").Trim();
    }

    /// <summary>
    /// The build has no message texts of the framework (they cost 0.4 MB): the kinds of failure are named here.
    /// </summary>
    static string Explain(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "the server's name cannot be resolved",
        HttpRequestError.ConnectionError => e.InnerException is System.Net.Sockets.SocketException socket
            ? $"no connection ({socket.SocketErrorCode})"
            : "no connection (timeout)",
        HttpRequestError.SecureConnectionError =>
            "TLS failed: the server's certificate is not trusted, or it speaks no TLS "
            + "(see --ca, and whether --server should begin with http or https)",
        HttpRequestError.ResponseEnded => "the connection was closed before an answer",
        HttpRequestError.InvalidResponse =>
            "the answer is not HTTP (see whether --server should begin with http or https)",
        _ => $"the request failed ({e.HttpRequestError})",
    };
}

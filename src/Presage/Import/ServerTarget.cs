using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Presage.Cli;
using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.Import;

/// <summary>Imports into a running server: a part is one request, see <see cref="ImportReceiver"/>.</summary>
sealed class ServerTarget : IImportTarget
{
    readonly HttpClient _http;

    public ServerTarget(Uri server, string? token)
    {
        _http = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public IImportSession Begin(CancellationToken cancellationToken) => new Session(_http, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    sealed class Session : IImportSession
    {
        readonly Pipe _pipe = new();
        readonly RemoteWriteEncoder _encoder = new();
        readonly Task<HttpResponseMessage> _answer;
        readonly byte[] _length = new byte[4];

        public Session(HttpClient http, CancellationToken cancellationToken)
        {
            var content = new StreamContent(_pipe.Reader.AsStream());
            content.Headers.ContentType = new MediaTypeHeaderValue(ImportReceiver.ContentType);
            var request = new HttpRequestMessage(HttpMethod.Post, ImportReceiver.Path) { Content = content };
            request.Headers.TransferEncodingChunked = true;
            _answer = http.SendAsync(request, cancellationToken);
        }

        public async ValueTask AppendAsync(SampleBatch batch, CancellationToken cancellationToken)
        {
            await SendAsync(_encoder.Encode(batch), cancellationToken);
        }

        public async ValueTask<ImportOutcome> CompleteAsync(CancellationToken cancellationToken)
        {
            // The empty frame says that the part is whole; without it the server drops what it got.
            await SendAsync(ReadOnlyMemory<byte>.Empty, cancellationToken);
            await _pipe.Writer.CompleteAsync();
            using var answer = await _answer;
            await ThrowIfRefusedAsync(answer, cancellationToken);
            return await answer.Content.ReadFromJsonAsync<ImportOutcome>(Api.ApiJson.Options, cancellationToken)
                ?? throw new ImportException("The server's answer is empty.");
        }

        public async ValueTask DisposeAsync()
        {
            await _pipe.Writer.CompleteAsync(new OperationCanceledException("The import of this part was given up."));
            try
            {
                using var answer = await _answer;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // The request was given up on purpose, or its failure was told before.
            }
        }

        async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_length, frame.Length);
            await _pipe.Writer.WriteAsync(_length, cancellationToken);
            var written = await _pipe.Writer.WriteAsync(frame, cancellationToken);
            if (_answer.IsCompleted || written.IsCompleted)
            {
                using var answer = await _answer;
                await ThrowIfRefusedAsync(answer, cancellationToken);
            }
        }

        static async Task ThrowIfRefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
        {
            if (!answer.IsSuccessStatusCode)
            {
                throw new ImportException(
                    $"The server refused it: {await RefusedAnswer.ReadAsync(answer, cancellationToken)}");
            }
        }
    }
}

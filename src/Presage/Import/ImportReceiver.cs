using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Presage.Api;
using Presage.Metrics;
using Presage.Protocols.Prometheus;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Import;

/// <summary>
/// Takes history from `presage import --url`: a body of frames, each four bytes of length (little-endian) and a remote
/// write 1.0 body, ended by a frame of length zero. All of it becomes readable at once when the last frame is there; a
/// request that ends without it leaves nothing behind.
/// </summary>
sealed class ImportReceiver(SampleStore store, HostRegistry hosts) : IDisposable
{
    public const string Path = "/api/presage/v1/import";
    public const string ContentType = "application/vnd.presage.import";
    const int FrameBytesMax = 16 << 20;

    /// <summary>Each import holds some 100 MB.</summary>
    const int RunningMax = 2;

    readonly SemaphoreSlim _running = new(RunningMax);
    readonly RemoteWriteDecoder _decoder = new(new RemoteWriteLimits { CompressedBytesMax = FrameBytesMax });

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/import", static (HttpContext context, ImportReceiver receiver) => receiver.ReceiveAsync(context))
            .Require(Access.Operator).WithName("import").WithTags("Receivers")
            .WithSummary("History of any age, as frames of remote write bodies (`presage import --url`)")
            .WithMetadata(new DocumentedBody(ContentType))
            .Produces<ImportOutcome>();

    public async Task<ImportOutcome> ReceiveAsync(HttpContext context)
    {
        if (context.Request.ContentType != ContentType)
        {
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType, $"The Content-Type must be {ContentType}.",
                fix: "Use `presage import --url`.");
        }

        if (!await _running.WaitAsync(TimeSpan.Zero))
        {
            throw new ProblemException(
                StatusCodes.Status429TooManyRequests, $"{RunningMax} imports are running already.",
                fix: "Wait for one of them.");
        }

        try
        {
            // History may be larger than any request, and its source slower than any sender.
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
            context.Features.Get<IHttpMinRequestBodyDataRateFeature>()?.MinDataRate = null;
            return await ReadAsync(context.Request.BodyReader, context.RequestAborted);
        }
        catch (IOException e) when (e is not (BadHttpRequestException or ConnectionResetException))
        {
            throw new ProblemException(
                StatusCodes.Status503ServiceUnavailable, $"Nothing of this part was stored: {e.Message}",
                fix: "Run the same import again; what is stored already does no harm.");
        }
        finally
        {
            _running.Release();
        }
    }

    public void Dispose() => _running.Dispose();

    async Task<ImportOutcome> ReadAsync(PipeReader body, CancellationToken cancellationToken)
    {
        var batch = new SampleBatch();
        var outcome = ImportOutcome.None;
        await using var backfill = store.BeginBackfill();
        while (true)
        {
            var header = await body.ReadAtLeastAsync(4, cancellationToken);
            if (header.Buffer.Length < 4)
            {
                throw Broken("it ends without the empty frame that completes it; nothing was stored");
            }

            int length = LengthOf(header.Buffer);
            body.AdvanceTo(header.Buffer.GetPosition(4));
            if (length == 0)
            {
                break;
            }

            if (length is < 0 or > FrameBytesMax)
            {
                throw Broken($"a frame has {length} bytes, and {FrameBytesMax} are the most");
            }

            var frame = await body.ReadAtLeastAsync(length, cancellationToken);
            if (frame.Buffer.Length < length)
            {
                throw Broken("it ends within a frame; nothing was stored");
            }

            outcome = outcome.With(Append(frame.Buffer.Slice(0, length), batch, backfill));
            body.AdvanceTo(frame.Buffer.GetPosition(length));
        }

        await backfill.CompleteAsync(cancellationToken);
        hosts.OnImported(backfill.Hosts);
        return outcome;
    }

    ImportOutcome Append(ReadOnlySequence<byte> frame, SampleBatch batch, BackfillWriter backfill)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent((int)frame.Length);
        try
        {
            frame.CopyTo(bytes);
            if (!_decoder.TryDecode(bytes.AsSpan(0, (int)frame.Length), batch, out var summary, out var error))
            {
                throw Broken(error.Message);
            }

            return new ImportOutcome(0, summary.SamplesRejected, summary.FirstRejection).With(backfill.Append(batch));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    static int LengthOf(ReadOnlySequence<byte> buffer)
    {
        Span<byte> bytes = stackalloc byte[4];
        buffer.Slice(0, 4).CopyTo(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    static ProblemException Broken(string why) =>
        new(StatusCodes.Status400BadRequest, $"The body is broken: {why}.");
}

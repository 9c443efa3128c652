// Hot path: per request. Bodies are read into pooled buffers and decoded into pooled batches: nothing is allocated per
// sample.
using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Presage.Api;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Protocols;
using Presage.Protocols.Prometheus;
using Presage.State;

namespace Presage.Receivers;

/// <summary>
/// Receives Prometheus remote write 1.0 (https://prometheus.io/docs/specs/prw/remote_write_spec/). 204: everything is
/// journalled. 400: some or all of it can never be stored, the rest is; the sender must not send it again. 415: another
/// format or version (a 2.0 sender falls back to 1.0). 413: too large. 503: cannot be stored now, send it again.
/// </summary>
sealed class WriteReceiver
{
    const string RetrySeconds = "5";
    const int BatchesKept = 16;

    /// <summary>Batches that grew beyond this are not kept: 16 batches of 200,000 samples are 51 MB at most.</summary>
    const int KeptSamplesMax = 200_000;

    readonly ISampleSink _sink;
    readonly IngestCounters _counters;
    readonly HostAdmission _admission;
    readonly MetricDescriptions _descriptions;
    readonly RemoteWriteDecoder _decoder;
    readonly long _bodyBytesMax;
    readonly ConcurrentBag<SampleBatch> _batches = [];

    public WriteReceiver(
        PresageOptions options,
        ISampleSink sink,
        IngestCounters counters,
        HostAdmission admission,
        MetricDescriptions descriptions)
    {
        _sink = sink;
        _counters = counters;
        _admission = admission;
        _descriptions = descriptions;
        _bodyBytesMax = options.ReceiverBodyBytesMax;
        _decoder = new RemoteWriteDecoder(new RemoteWriteLimits
        {
            CompressedBytesMax = (int)options.ReceiverBodyBytesMax,
            DecompressedBytesMax = (int)Math.Min(options.ReceiverBodyBytesMax * 4, 512 << 20),
        });
    }

    public async Task ReceiveAsync(HttpContext context)
    {
        _counters.Request();
        if (WrongFormat(context.Request) is { } wrong)
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "format", wrong);
            return;
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = _bodyBytesMax;
        if (context.Request.ContentLength > _bodyBytesMax)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "too_large",
                TooLarge(context.Request.ContentLength.Value));
            return;
        }

        var batch = _batches.TryTake(out var kept) ? kept : new SampleBatch();
        try
        {
            await ReceiveAsync(context, batch);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await RefuseAsync(context, e.StatusCode, "too_large", TooLarge(null));
        }
        finally
        {
            if (batch.SampleCount <= KeptSamplesMax && _batches.Count < BatchesKept)
            {
                _batches.Add(batch);
            }
        }
    }

    async Task ReceiveAsync(HttpContext context, SampleBatch batch)
    {
        var body = await ReadBodyAsync(context.Request.BodyReader, context.RequestAborted);
        bool decoded = Decode(body, batch, out var summary, out var error);
        context.Request.BodyReader.AdvanceTo(body.End);
        if (!decoded)
        {
            var (status, reason) = error.Kind switch
            {
                WireErrorKind.TooLarge => (StatusCodes.Status413PayloadTooLarge, "too_large"),
                WireErrorKind.Unsupported => (StatusCodes.Status415UnsupportedMediaType, "format"),
                _ => (StatusCodes.Status400BadRequest, "malformed"),
            };
            await RefuseAsync(context, status, reason, error.ToString());
            return;
        }

        if (_admission.Refuse(Caller.Of(context), batch) is { } refusal)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "not_admitted", refusal);
            return;
        }

        _counters.Decoded(summary);
        _descriptions.Note(summary.Metadata);
        try
        {
            var outcome = batch.SampleCount == 0 ? default : await _sink.AppendAsync(batch, context.RequestAborted);
            _counters.Appended(outcome);
            await AnswerAsync(context, batch, summary, outcome);
        }
        catch (IOException e)
        {
            context.Response.Headers.RetryAfter = RetrySeconds;
            await RefuseAsync(
                context, StatusCodes.Status503ServiceUnavailable, "not_writable",
                $"Nothing of this request was stored: {e.Message} Send it again later.");
        }
    }

    static async Task AnswerAsync(
        HttpContext context, SampleBatch batch, RemoteWriteSummary summary, AppendOutcome outcome)
    {
        int refused = summary.SamplesRejected + outcome.Rejected;
        if (refused == 0 && summary.SeriesRejected == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        int sent = batch.SampleCount + summary.SamplesRejected;
        string reason = summary.FirstRejection ?? outcome.FirstRefusal ?? "no reason was recorded";
        string histograms = summary.Histograms > 0 ? $" {summary.Histograms} native histograms were left out." : "";
        await WriteTextAsync(
            context, StatusCodes.Status400BadRequest,
            $"{refused} of {sent} samples were refused, the others are stored.{histograms} First reason: {reason}");
    }

    static string? WrongFormat(HttpRequest request)
    {
        string type = request.ContentType ?? "";
        int semicolon = type.IndexOf(';');
        string media = (semicolon < 0 ? type : type[..semicolon]).Trim();
        if (!media.Equals("application/x-protobuf", StringComparison.OrdinalIgnoreCase))
        {
            return $"Content-Type is \"{AccountRules.Shown(type)}\"; send application/x-protobuf.";
        }

        string parameter = semicolon < 0 ? "" : type[(semicolon + 1)..].Trim();
        if (parameter.StartsWith("proto=", StringComparison.OrdinalIgnoreCase)
            && parameter["proto=".Length..].Trim('"', ' ') is not "prometheus.WriteRequest")
        {
            return $"The message is \"{AccountRules.Shown(parameter)}\"; send remote write 1.0, " +
                $"proto=prometheus.WriteRequest.";
        }

        string encoding = request.Headers.ContentEncoding.ToString();
        return encoding.Equals("snappy", StringComparison.OrdinalIgnoreCase)
            ? null
            : $"Content-Encoding is \"{AccountRules.Shown(encoding)}\"; send snappy in its block format.";
    }

    /// <summary>Waits for the whole body, in the buffers it arrived in.</summary>
    static async ValueTask<ReadOnlySequence<byte>> ReadBodyAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.IsCompleted)
            {
                return result.Buffer;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    bool Decode(ReadOnlySequence<byte> body, SampleBatch batch, out RemoteWriteSummary summary, out WireError error)
    {
        if (body.IsSingleSegment)
        {
            return _decoder.TryDecode(body.FirstSpan, batch, out summary, out error);
        }

        byte[] whole = ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            body.CopyTo(whole);
            return _decoder.TryDecode(whole.AsSpan(0, (int)body.Length), batch, out summary, out error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    string TooLarge(long? bytes)
    {
        string size = bytes is null ? "is" : $"has {bytes} bytes, which is";
        return $"The body {size} more than {_bodyBytesMax}; send smaller requests or raise receiver.body_max.";
    }

    Task RefuseAsync(HttpContext context, int status, string reason, string text)
    {
        _counters.RefusedRequest(reason);
        return WriteTextAsync(context, status, text);
    }

    static Task WriteTextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n", Encoding.UTF8, context.RequestAborted);
    }
}

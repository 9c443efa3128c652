// Hot path: per request. Bodies are read into pooled buffers and decoded into pooled batches: nothing is allocated per
// sample.
using System.Globalization;
using Presage.Api;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Protocols;
using Presage.Protocols.Prometheus;

namespace Presage.Receivers;

/// <summary>
/// Receives Prometheus remote write 1.0 and 2.0 (https://prometheus.io/docs/specs/prw/), told apart by Content-Type.
/// 204: everything is journalled. 400: some or all of it can never be stored, the rest is; the sender must not send it
/// again. 415: another format. 413: too large. 503: cannot be stored now, send it again. Answers to 2.0 carry how much
/// was written, whatever their status.
/// </summary>
sealed class WriteReceiver
{
    const string SamplesWritten = "X-Prometheus-Remote-Write-Samples-Written";
    const string HistogramsWritten = "X-Prometheus-Remote-Write-Histograms-Written";
    const string ExemplarsWritten = "X-Prometheus-Remote-Write-Exemplars-Written";

    readonly ReceiverAnswers _answers;
    readonly ISampleSink _sink;
    readonly IngestCounters _counters;
    readonly HostAdmission _admission;
    readonly MetricDescriptions _descriptions;
    readonly BatchPool _batches;
    readonly RemoteWriteDecoder _earlier;
    readonly LaterWriteDecoder _later;
    readonly KnowsMetric _knows;
    readonly long _bodyBytesMax;

    public WriteReceiver(
        PresageOptions options,
        ISampleSink sink,
        IngestCounters counters,
        HostAdmission admission,
        MetricDescriptions descriptions,
        BatchPool batches)
    {
        _answers = new ReceiverAnswers(counters);
        _sink = sink;
        _counters = counters;
        _admission = admission;
        _descriptions = descriptions;
        _batches = batches;
        _knows = descriptions.Knows;
        _bodyBytesMax = options.ReceiverBodyBytesMax;
        var limits = new RemoteWriteLimits
        {
            CompressedBytesMax = (int)options.ReceiverBodyBytesMax,
            DecompressedBytesMax = (int)Math.Min(options.ReceiverBodyBytesMax * 4, 512 << 20),
        };
        _earlier = new RemoteWriteDecoder(limits);
        _later = new LaterWriteDecoder(limits);
    }

    public async Task ReceiveAsync(HttpContext context)
    {
        _counters.Request();
        if (WriteFormats.Read(context.Request, out var format) is { } wrong)
        {
            await _answers.RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "format", wrong);
            return;
        }

        if (format == WriteFormat.Later)
        {
            SetWritten(context, 0);
        }

        var batch = _batches.Take();
        try
        {
            await ReceiveAsync(context, format, batch);
        }
        catch (BodyTooLargeException e)
        {
            await _answers.RefuseTooLargeAsync(context, e, _bodyBytesMax);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await _answers.RefuseTooLargeAsync(context, new BodyTooLargeException(null), _bodyBytesMax);
        }
        finally
        {
            _batches.Return(batch);
        }
    }

    async Task ReceiveAsync(HttpContext context, WriteFormat format, SampleBatch batch)
    {
        bool decoded;
        RemoteWriteSummary summary;
        WireError error;
        using (var body = await ReceivedBody.ReadAsync(context, _bodyBytesMax))
        {
            decoded = format == WriteFormat.Later
                ? _later.TryDecode(body.Span, batch, _knows, out summary, out error)
                : _earlier.TryDecode(body.Span, batch, out summary, out error);
        }

        if (!decoded)
        {
            await _answers.RefuseAsync(context, error);
            return;
        }

        if (_admission.Refuse(Caller.Of(context), batch) is { } refusal)
        {
            await _answers.RefuseAsync(context, StatusCodes.Status403Forbidden, "not_admitted", refusal);
            return;
        }

        _counters.Decoded(summary);
        _descriptions.Note(summary.Metadata);
        try
        {
            var outcome = batch.SampleCount == 0 ? default : await _sink.AppendAsync(batch, context.RequestAborted);
            _counters.Appended(outcome);
            if (format == WriteFormat.Later)
            {
                SetWritten(context, outcome.Accepted + outcome.Duplicate);
            }

            await AnswerAsync(context, batch, summary, outcome);
        }
        catch (IOException e)
        {
            await _answers.RefuseUnwritableAsync(context, e);
        }
    }

    static Task AnswerAsync(
        HttpContext context, SampleBatch batch, RemoteWriteSummary summary, AppendOutcome outcome)
    {
        int refused = summary.SamplesRejected + outcome.Rejected;
        if (refused == 0 && summary.SeriesRejected == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        int sent = batch.SampleCount + summary.SamplesRejected;
        string reason = summary.FirstRejection ?? outcome.FirstRefusal ?? "no reason was recorded";
        string histograms = summary.Histograms > 0 ? $" {summary.Histograms} native histograms were left out." : "";
        return ReceiverAnswers.WriteTextAsync(
            context, StatusCodes.Status400BadRequest,
            $"{refused} of {sent} samples were refused, the others are stored.{histograms} First reason: {reason}");
    }

    static void SetWritten(HttpContext context, int samples)
    {
        var headers = context.Response.Headers;
        headers[SamplesWritten] = samples.ToString(CultureInfo.InvariantCulture);
        headers[HistogramsWritten] = "0";
        headers[ExemplarsWritten] = "0";
    }
}

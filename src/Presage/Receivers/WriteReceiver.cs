// Hot path: per request. Bodies are read into pooled buffers and decoded into pooled batches: nothing is allocated per
// sample.
using System.Globalization;
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

    readonly Intake _intake;
    readonly IngestCounters _counters;
    readonly RemoteWriteDecoder _earlier;
    readonly LaterWriteDecoder _later;
    readonly KnowsMetric _knows;
    readonly Func<HttpContext, WriteFormat, SampleBatch, Task> _receive;

    public WriteReceiver(Intake intake, IngestCounters counters, MetricDescriptions descriptions)
    {
        _intake = intake;
        _counters = counters;
        _knows = descriptions.Knows;
        _receive = ReceiveAsync;
        var limits = new RemoteWriteLimits
        {
            CompressedBytesMax = (int)intake.BodyBytesMax,
            DecompressedBytesMax = intake.MessageBytesMax,
        };
        _earlier = new RemoteWriteDecoder(limits);
        _later = new LaterWriteDecoder(limits);
    }

    public Task ReceiveAsync(HttpContext context)
    {
        _counters.Request();
        if (WriteFormats.Read(context.Request, out var format) is { } wrong)
        {
            return _intake.Answers.RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "format", wrong);
        }

        if (format == WriteFormat.Later)
        {
            SetWritten(context, new RemoteWriteSummary(), default);
        }

        return _intake.ReceiveAsync(context, format, _receive);
    }

    async Task ReceiveAsync(HttpContext context, WriteFormat format, SampleBatch batch)
    {
        bool decoded;
        RemoteWriteSummary summary;
        WireError error;
        using (var body = await ReceivedBody.ReadAsync(context, _intake.Buffers, _intake.BodyBytesMax))
        {
            decoded = format == WriteFormat.Later
                ? _later.TryDecode(body.Span, batch, _knows, out summary, out error)
                : _earlier.TryDecode(body.Span, batch, out summary, out error);
        }

        if (!decoded)
        {
            await _intake.Answers.RefuseAsync(context, error);
            return;
        }

        if (await _intake.StoreAsync(context, batch, summary.Metadata) is not { } outcome)
        {
            return;
        }

        _counters.Decoded(summary);
        if (format == WriteFormat.Later)
        {
            SetWritten(context, summary, outcome);
        }

        await AnswerAsync(context, batch, summary, outcome);
    }

    static Task AnswerAsync(
        HttpContext context, SampleBatch batch, RemoteWriteSummary summary, AppendOutcome outcome)
    {
        int refused = summary.SamplesRejected + summary.HistogramsRejected + outcome.Rejected;
        if (refused == 0 && summary.SeriesRejected == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        int sent = batch.SampleCount + summary.SamplesRejected + summary.HistogramsRejected;
        string reason = summary.FirstRejection ?? outcome.FirstRefusal ?? "no reason was recorded";
        return ReceiverAnswers.WriteTextAsync(
            context, StatusCodes.Status400BadRequest,
            $"{refused} of {sent} samples were refused, the others are stored. First reason: {reason}");
    }

    static void SetWritten(HttpContext context, RemoteWriteSummary summary, AppendOutcome outcome)
    {
        // A histogram is written when all its parts are; which part was refused the store does not say.
        int written = outcome.Accepted + outcome.Duplicate;
        int histograms = outcome.Rejected == 0 ? summary.Histograms - summary.HistogramsRejected : 0;
        var headers = context.Response.Headers;
        headers[SamplesWritten] = Math.Min(written, summary.Samples).ToString(CultureInfo.InvariantCulture);
        headers[HistogramsWritten] = histograms.ToString(CultureInfo.InvariantCulture);
        headers[ExemplarsWritten] = "0";
    }
}

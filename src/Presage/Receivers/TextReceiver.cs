using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Presage.Api;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Protocols;
using Presage.Protocols.Prometheus;

namespace Presage.Receivers;

/// <summary>
/// Receives samples as text: POST /api/v1/import/prometheus with the Prometheus text format 0.0.4 or OpenMetrics 1.0
/// (by Content-Type). A text with a mistake is refused as a whole, by the number of its line: nothing of it is stored.
/// Samples the store refuses (too old, over a limit) are counted in the answer, the others are stored.
/// </summary>
sealed class TextReceiver
{
    const int ParsersKept = 8;

    readonly ReceiverAnswers _answers;
    readonly ISampleSink _sink;
    readonly IngestCounters _counters;
    readonly HostAdmission _admission;
    readonly MetricDescriptions _descriptions;
    readonly BatchPool _batches;
    readonly TimeProvider _time;
    readonly ExpositionLimits _limits;
    readonly long _bodyBytesMax;
    readonly ConcurrentBag<ExpositionParser> _parsers = [];

    public TextReceiver(
        PresageOptions options,
        ISampleSink sink,
        IngestCounters counters,
        HostAdmission admission,
        MetricDescriptions descriptions,
        BatchPool batches,
        TimeProvider time)
    {
        _answers = new ReceiverAnswers(counters);
        _sink = sink;
        _counters = counters;
        _admission = admission;
        _descriptions = descriptions;
        _batches = batches;
        _time = time;
        _bodyBytesMax = options.ReceiverBodyBytesMax;
        _limits = new ExpositionLimits { TextBytesMax = (int)Math.Min(options.ReceiverBodyBytesMax * 4, 512 << 20) };
    }

    public async Task ReceiveAsync(HttpContext context)
    {
        _counters.Request();
        var batch = _batches.Take();
        try
        {
            if (ReadParameters(context.Request, out var extra, out long defaultMs) is { } wrong)
            {
                await _answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "malformed", wrong);
                return;
            }

            await ReceiveAsync(context, extra, defaultMs, batch);
        }
        catch (BodyTooLargeException e)
        {
            await _answers.RefuseTooLargeAsync(context, e, _bodyBytesMax);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await _answers.RefuseTooLargeAsync(context, new BodyTooLargeException(null), _bodyBytesMax);
        }
        catch (InvalidDataException e)
        {
            await _answers.RefuseAsync(
                context, StatusCodes.Status400BadRequest, "malformed",
                $"Content-Encoding is gzip, but the body is not: {e.Message}");
        }
        finally
        {
            _batches.Return(batch);
        }
    }

    async Task ReceiveAsync(HttpContext context, IReadOnlyList<Label> extra, long defaultMs, SampleBatch batch)
    {
        string encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && !encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase)
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            await _answers.RefuseAsync(
                context, StatusCodes.Status415UnsupportedMediaType, "format",
                $"Content-Encoding is \"{AccountRules.Shown(encoding)}\"; send gzip or none.");
            return;
        }

        bool isOpenMetrics = context.Request.ContentType?.StartsWith(
            "application/openmetrics-text", StringComparison.OrdinalIgnoreCase) == true;
        var parser = _parsers.TryTake(out var kept) ? kept : new ExpositionParser(_limits);
        try
        {
            parser.ExtraLabels = extra;
            using (var body = await ReceivedBody.ReadTextAsync(context, _bodyBytesMax, _limits.TextBytesMax))
            {
                if (!parser.TryParse(body.Span, isOpenMetrics, defaultMs, batch, out var error))
                {
                    await _answers.RefuseAsync(context, error with { Position = -1 });
                    return;
                }
            }

            await StoreAsync(context, batch, parser.Families);
        }
        finally
        {
            if (_parsers.Count < ParsersKept)
            {
                _parsers.Add(parser);
            }
        }
    }

    /// <summary>Only what may be sent is taken note of, descriptions included.</summary>
    async Task StoreAsync(HttpContext context, SampleBatch batch, IEnumerable<MetricMetadata> families)
    {

        if (_admission.Refuse(Caller.Of(context), batch) is { } refusal)
        {
            await _answers.RefuseAsync(context, StatusCodes.Status403Forbidden, "not_admitted", refusal);
            return;
        }

        _descriptions.Note(families);
        try
        {
            await AppendAsync(context, batch);
        }
        catch (IOException e)
        {
            await _answers.RefuseUnwritableAsync(context, e);
        }
    }

    async Task AppendAsync(HttpContext context, SampleBatch batch)
    {
        var outcome = batch.SampleCount == 0 ? default : await _sink.AppendAsync(batch, context.RequestAborted);
        _counters.Appended(outcome);
        if (outcome.Rejected == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await ReceiverAnswers.WriteTextAsync(
            context, StatusCodes.Status400BadRequest,
            $"{outcome.Rejected} of {batch.SampleCount} samples were refused, the others are stored. First reason: " +
            outcome.FirstRefusal);
    }

    string? ReadParameters(HttpRequest request, out IReadOnlyList<Label> extra, out long defaultMs)
    {
        defaultMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var labels = new List<Label>();
        extra = labels;
        foreach (string? text in request.Query["extra_label"])
        {
            int equals = text!.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || Encoding.UTF8.GetByteCount(text.AsSpan(0, equals)) > _limits.NameBytesMax
                || Encoding.UTF8.GetByteCount(text.AsSpan(equals + 1)) > _limits.ValueBytesMax)
            {
                return $"extra_label is \"{AccountRules.Shown(text)}\"; write it as extra_label=name=value.";
            }

            labels.Add(new Label(text[..equals], text[(equals + 1)..]));
        }

        string timestamp = request.Query["timestamp"].ToString();
        return timestamp.Length == 0
            || long.TryParse(timestamp, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out defaultMs)
            ? null
            : $"timestamp is \"{AccountRules.Shown(timestamp)}\"; give milliseconds since 1970.";
    }
}

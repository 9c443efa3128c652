using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Presage.Api;
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

    readonly Intake _intake;
    readonly IngestCounters _counters;
    readonly TimeProvider _time;
    readonly ExpositionLimits _limits;
    readonly ConcurrentBag<ExpositionParser> _parsers = [];

    public TextReceiver(Intake intake, IngestCounters counters, TimeProvider time)
    {
        _intake = intake;
        _counters = counters;
        _time = time;
        _limits = new ExpositionLimits { TextBytesMax = intake.MessageBytesMax };
    }

    public async Task ReceiveAsync(HttpContext context)
    {
        _counters.Request();
        if (ReadParameters(context.Request, out var extra, out long defaultMs) is { } wrong)
        {
            await _intake.Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "malformed", wrong);
            return;
        }

        try
        {
            await _intake.ReceiveAsync(context, (extra, defaultMs), ReceiveAsync);
        }
        catch (InvalidDataException e)
        {
            await _intake.Answers.RefuseAsync(
                context, StatusCodes.Status400BadRequest, "malformed",
                $"Content-Encoding is gzip, but the body is not: {e.Message}");
        }
    }

    async Task ReceiveAsync(
        HttpContext context, (IReadOnlyList<Label> Extra, long DefaultMs) with, SampleBatch batch)
    {
        string encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && !encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase)
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            await _intake.Answers.RefuseAsync(
                context, StatusCodes.Status415UnsupportedMediaType, "format",
                $"Content-Encoding is \"{AccountRules.Shown(encoding)}\"; send gzip or none.");
            return;
        }

        bool isOpenMetrics = context.Request.ContentType?.StartsWith(
            "application/openmetrics-text", StringComparison.OrdinalIgnoreCase) == true;
        var parser = _parsers.TryTake(out var kept) ? kept : new ExpositionParser(_limits);
        try
        {
            parser.ExtraLabels = with.Extra;
            using (var body = await ReceivedBody.ReadTextAsync(
                context, _intake.Buffers, _intake.BodyBytesMax, _limits.TextBytesMax))
            {
                if (!parser.TryParse(body.Span, isOpenMetrics, with.DefaultMs, batch, out var error))
                {
                    await _intake.Answers.RefuseAsync(context, error with { Position = -1 });
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

    async Task StoreAsync(HttpContext context, SampleBatch batch, IEnumerable<MetricMetadata> families)
    {
        if (await _intake.StoreAsync(context, batch, families) is not { } outcome)
        {
            return;
        }

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

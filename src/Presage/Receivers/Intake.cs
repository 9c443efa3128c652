// Hot path: per request.
using Presage.Api;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Protocols;
using Presage.Protocols.Prometheus;

namespace Presage.Receivers;

/// <summary>
/// Where the requests of all receivers meet: bodies that are too large, and batches on their way to the store.
/// </summary>
sealed class Intake
{
    readonly ISampleSink _sink;
    readonly IngestCounters _counters;
    readonly HostAdmission _admission;
    readonly MetricDescriptions _descriptions;
    readonly BatchPool _batches;

    public Intake(
        PresageOptions options,
        ISampleSink sink,
        IngestCounters counters,
        HostAdmission admission,
        MetricDescriptions descriptions,
        BatchPool batches)
    {
        _sink = sink;
        _counters = counters;
        _admission = admission;
        _descriptions = descriptions;
        _batches = batches;
        BodyBytesMax = options.ReceiverBodyBytesMax;
        Answers = new ReceiverAnswers(counters, BodyBytesMax);
    }

    public long BodyBytesMax { get; }

    /// <summary>What is unpacked from a body may be so much larger.</summary>
    public int MessageBytesMax => (int)Math.Min(BodyBytesMax * 4, 512 << 20);

    public ReceiverAnswers Answers { get; }

    /// <summary>For bodies as they are received.</summary>
    public WireBuffers Buffers { get; } = new();

    /// <summary>Receives a request into a batch of the pool; answers where its body is too large.</summary>
    public async Task ReceiveAsync<T>(HttpContext context, T with, Func<HttpContext, T, SampleBatch, Task> receive)
    {
        var batch = _batches.Take();
        try
        {
            await receive(context, with, batch);
        }
        catch (BodyTooLargeException e)
        {
            await Answers.RefuseTooLargeAsync(context, e);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await Answers.RefuseTooLargeAsync(context, new BodyTooLargeException(null));
        }
        finally
        {
            _batches.Return(batch);
        }
    }

    /// <summary>
    /// Stores a batch. Null where nothing was stored: its sender may not send it, or it cannot be stored now; that is
    /// answered. Only of what may be sent the descriptions are taken.
    /// </summary>
    public async ValueTask<AppendOutcome?> StoreAsync(
        HttpContext context, SampleBatch batch, IEnumerable<MetricMetadata> descriptions)
    {
        if (_admission.Refuse(Caller.Of(context), batch) is { } refusal)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, "not_admitted", refusal);
            return null;
        }

        _descriptions.Note(descriptions);
        try
        {
            var outcome = batch.SampleCount == 0 ? default : await _sink.AppendAsync(batch, context.RequestAborted);
            _counters.Appended(outcome);
            return outcome;
        }
        catch (IOException e)
        {
            await Answers.RefuseUnwritableAsync(context, e);
            return null;
        }
    }
}

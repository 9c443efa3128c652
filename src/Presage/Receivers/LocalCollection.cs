using Presage.Collection;
using Presage.Metrics;

namespace Presage.Receivers;

/// <summary>Watches the machine the server runs on: collects at every turn and appends like any other sender.</summary>
sealed class LocalCollection(HostCollectors collectors, ISampleSink sink, IngestCounters counters, TimeProvider time)
    : IDisposable
{
    readonly SampleBatch _batch = new();

    public HostFacts Facts => collectors.Facts;

    public IReadOnlyList<ProcessUsage> TopProcesses => collectors.TopProcesses;

    public async ValueTask CollectAsync(CancellationToken cancellationToken)
    {
        _batch.Clear();
        collectors.CollectInto(_batch, time.GetUtcNow().ToUnixTimeMilliseconds());
        try
        {
            counters.Appended(await sink.AppendAsync(_batch, cancellationToken));
        }
        catch (IOException)
        {
            // The store has said so and says when it is writable again; these samples are lost, as on any full disk.
            counters.LostLocally(_batch.SampleCount);
        }
    }

    public void Dispose() => collectors.Dispose();
}

using System.Collections.Concurrent;
using Presage.Metrics;

namespace Presage.Receivers;

/// <summary>Batches that requests take turns in using, so that none is allocated per request.</summary>
sealed class BatchPool
{
    const int BatchesKept = 16;

    /// <summary>Batches that grew beyond this are not kept: 16 batches of 200,000 samples are 51 MB at most.</summary>
    const int KeptSamplesMax = 200_000;

    readonly ConcurrentBag<SampleBatch> _batches = [];

    public SampleBatch Take() => _batches.TryTake(out var kept) ? kept : new SampleBatch();

    public void Return(SampleBatch batch)
    {
        if (batch.SampleCount <= KeptSamplesMax && _batches.Count < BatchesKept)
        {
            batch.Clear();
            _batches.Add(batch);
        }
    }
}

using Presage.Metrics;

namespace Presage.Import;

/// <summary>What a source writes to: a batch that is handed on when it is full.</summary>
sealed class ImportWriter(IImportSession session, Action<ImportWriter> onProgress)
{
    const int SamplesMax = 20_000;
    const int SeriesMax = 5_000;

    public SampleBatch Batch { get; } = new();

    /// <summary>How much of the part was read, 0 to 1; the source says so.</summary>
    public double Progress { get; set; }

    /// <summary>Samples handed on.</summary>
    public long Samples { get; private set; }

    /// <summary>Native histograms that were left out: answers of queries tell too little of them.</summary>
    public long Histograms { get; set; }

    /// <summary>Hands the batch on when it is full. Call between two series or lines.</summary>
    public ValueTask FlushIfFullAsync(CancellationToken cancellationToken) =>
        Batch.SampleCount >= SamplesMax || Batch.SeriesCount >= SeriesMax
            ? FlushAsync(cancellationToken)
            : ValueTask.CompletedTask;

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (Batch.SampleCount > 0)
        {
            await session.AppendAsync(Batch, cancellationToken);
            Samples += Batch.SampleCount;
        }

        Batch.Clear();
        onProgress(this);
    }
}

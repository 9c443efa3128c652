using Presage.Import;
using Presage.Metrics;

namespace Presage.Tests.Import;

/// <summary>Keeps what was imported; parts that were not completed are not there.</summary>
sealed class CollectingTarget : IImportTarget, IImportWatcher
{
    public List<(string Series, long TimestampMs, double Value)> Samples { get; } = [];

    public List<double> Shares { get; } = [];

    public IImportSession Begin(CancellationToken cancellationToken) => new Session(this);

    public void Tell(string part, double share, long samples) => Shares.Add(share);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    sealed class Session(CollectingTarget target) : IImportSession
    {
        readonly List<(string Series, long TimestampMs, double Value)> _samples = [];

        public ValueTask AppendAsync(SampleBatch batch, CancellationToken cancellationToken)
        {
            foreach (ref readonly var series in batch.Series)
            {
                string labels = LabelSet.FromKey(batch.KeyOf(series)).ToString();
                for (int i = series.FirstSample; i < series.FirstSample + series.SampleCount; i++)
                {
                    _samples.Add((labels, batch.TimestampsMs[i], batch.Values[i]));
                }
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask<ImportOutcome> CompleteAsync(CancellationToken cancellationToken)
        {
            target.Samples.AddRange(_samples);
            return ValueTask.FromResult(new ImportOutcome(_samples.Count, 0, null));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

using Presage.Metrics;
using Presage.Storage;

namespace Presage.Import;

/// <summary>Imports into a data folder that no server uses.</summary>
/// <param name="meet">Told the hosts of each finished part and their newest sample, in ms since 1970 UTC.</param>
sealed class StoreTarget(SampleStore store, Action<IReadOnlyDictionary<string, long>> meet) : IImportTarget
{
    public IImportSession Begin(CancellationToken cancellationToken) => new Session(store.BeginBackfill(), meet);

    /// <summary>Merges what was imported, so that the server starts with few files.</summary>
    public async ValueTask DisposeAsync()
    {
        await store.CareNowAsync(CancellationToken.None);
        await store.DisposeAsync();
    }

    sealed class Session(BackfillWriter backfill, Action<IReadOnlyDictionary<string, long>> meet) : IImportSession
    {
        ImportOutcome _outcome = ImportOutcome.None;

        public ValueTask AppendAsync(SampleBatch batch, CancellationToken cancellationToken)
        {
            _outcome = _outcome.With(backfill.Append(batch));
            return ValueTask.CompletedTask;
        }

        public async ValueTask<ImportOutcome> CompleteAsync(CancellationToken cancellationToken)
        {
            await backfill.CompleteAsync(cancellationToken);
            meet(backfill.Hosts);
            return _outcome;
        }

        public ValueTask DisposeAsync() => backfill.DisposeAsync();
    }
}

using Presage.Metrics;

namespace Presage.Import;

/// <summary>
/// A piece of what is imported (a file, a block, a day), complete or not there: what was finished is not read again
/// when an import is resumed.
/// </summary>
/// <param name="Name">Says what it is; the same piece has the same name in every run.</param>
/// <param name="Weight">How long it takes in comparison with the others, for the progress.</param>
/// <param name="ReadAsync">Reads it into the writer.</param>
sealed record ImportPart(string Name, double Weight, Func<ImportWriter, CancellationToken, Task> ReadAsync);

/// <summary>Where samples are imported to.</summary>
interface IImportTarget : IAsyncDisposable
{
    /// <summary>Begins a part; nothing of it shows before it is completed.</summary>
    IImportSession Begin(CancellationToken cancellationToken);
}

/// <summary>One part on its way into the target; disposing without completing drops it.</summary>
interface IImportSession : IAsyncDisposable
{
    ValueTask AppendAsync(SampleBatch batch, CancellationToken cancellationToken);

    /// <summary>Makes the part readable and says what became of its samples.</summary>
    ValueTask<ImportOutcome> CompleteAsync(CancellationToken cancellationToken);
}

/// <summary>What became of the samples of a part.</summary>
/// <param name="Accepted">Taken, those included that were stored before.</param>
/// <param name="Refused">Outside of what the store keeps.</param>
sealed record ImportOutcome(long Accepted, long Refused, string? FirstRefusal)
{
    public static readonly ImportOutcome None = new(0, 0, null);

    public ImportOutcome With(AppendOutcome outcome) => new(
        Accepted + outcome.Accepted + outcome.Duplicate, Refused + outcome.Rejected,
        FirstRefusal ?? outcome.FirstRefusal);

    public ImportOutcome With(ImportOutcome other) =>
        new(Accepted + other.Accepted, Refused + other.Refused, FirstRefusal ?? other.FirstRefusal);
}

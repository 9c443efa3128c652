namespace Presage.Import;

/// <summary>
/// Imports part by part. A part that fails ends the run; those before it are stored. With a resume file, finished parts
/// are noted in it and skipped by the next run; without one they are read again, which changes nothing.
/// </summary>
sealed class ImportRun(IReadOnlyList<ImportPart> parts, IImportTarget target, FileInfo? resume, IImportWatcher watcher)
{
    public async Task<ImportReport> RunAsync(CancellationToken cancellationToken)
    {
        var done = resume is { Exists: true }
            ? new HashSet<string>(await File.ReadAllLinesAsync(resume.FullName, cancellationToken))
            : [];
        var todo = parts.Where(p => !done.Contains(p.Name)).ToList();
        double all = Math.Max(1, todo.Sum(static p => p.Weight)), before = 0;
        var report = new ImportReport(0, parts.Count - todo.Count, 0, ImportOutcome.None);
        foreach (var part in todo)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double started = before;
            var soFar = report;
            await using var session = target.Begin(cancellationToken);
            var writer = new ImportWriter(session, w => watcher.Tell(
                part.Name, (started + (part.Weight * w.Progress)) / all, soFar.Outcome.Accepted + w.Samples));
            await part.ReadAsync(writer, cancellationToken);
            var outcome = await session.CompleteAsync(cancellationToken);
            report = report.With(outcome, writer.Histograms);
            before += part.Weight;
            watcher.Tell(part.Name, before / all, report.Outcome.Accepted);
            if (resume is not null)
            {
                await File.AppendAllLinesAsync(resume.FullName, [part.Name], cancellationToken);
            }
        }

        return report;
    }
}

/// <summary>Told how an import goes on.</summary>
interface IImportWatcher
{
    /// <param name="share">0 to 1.</param>
    void Tell(string part, double share, long samples);
}

/// <summary>What an import did.</summary>
/// <param name="Parts">Read in this run.</param>
/// <param name="Skipped">Finished by an earlier run.</param>
/// <param name="Histograms">Native histograms left out.</param>
sealed record ImportReport(int Parts, int Skipped, long Histograms, ImportOutcome Outcome)
{
    public ImportReport With(ImportOutcome outcome, long histograms) =>
        new(Parts + 1, Skipped, Histograms + histograms, Outcome.With(outcome));
}

namespace Presage.Storage;

/// <summary>A day's block of a backfill, complete under its temporary name.</summary>
readonly record struct BackfillPiece(long DayMs, string Path)
{
    public string TemporaryPath => Path + BlockWriter.TemporarySuffix;

    public void Delete(Disk disk) => disk.Delete(TemporaryPath);
}

using Microsoft.Extensions.Logging;

namespace Presage.Storage;

/// <summary>Reads the journal back when a store is opened; damaged ends are cut off and reported.</summary>
static class JournalRecovery
{
    /// <summary>Room on the disk that writing segments anew leaves.</summary>
    const long RoomLeft = 1 << 20;

    /// <summary>
    /// Replays all segments of a folder into the head, oldest first; returns how many samples came back, and the
    /// oldest and the newest of their timestamps. One thread reads and checks, others append.
    /// </summary>
    public static (long Samples, long OldestMs, long NewestMs) Run(
        Disk disk, string folder, Head head, JournalLog journal, Block[] blocks, Tombstone[] deletions,
        Action<StorageDamage> onDamage, ILogger logger)
    {
        using var workers = new ReplayWorkers(head);
        long oldestMs = long.MaxValue, newestMs = long.MinValue;
        bool isUnsynced = UnsyncedMark.IsSet(disk, folder), isAnew = true;
        foreach (int number in JournalLog.NumbersIn(disk, folder))
        {
            string path = JournalLog.PathOf(folder, number);
            var deleted = Array.FindAll(deletions, d => number < d.BeforeSegment);
            var replay = new HeadReplay(head, new CoveredSpans(blocks, number), deleted, workers);
            var reader = new JournalReader(replay);
            reader.Read(disk, path, number);
            long lost = disk.LengthOf(path) - reader.WholeBytes;
            if (reader.Damage is { } reason)
            {
                Log.JournalCut(logger, path, reader.WholeBytes, reason, lost);
                onDamage(new StorageDamage(path, reader.WholeBytes, lost, reason));
            }

            // On a full disk the sync must do, and the mark stays: starting matters more.
            bool hasRoom = !isUnsynced || disk.FreeBytes(folder) - RoomLeft > reader.WholeBytes;
            isAnew &= hasRoom;
            if (isUnsynced && hasRoom)
            {
                disk.Replace(path, disk.ReadAll(path).AsSpan(0, (int)reader.WholeBytes));
            }
            else
            {
                CutAndSync(disk, folder, path, reader.WholeBytes);
            }

            oldestMs = Math.Min(oldestMs, replay.OldestMs);
            newestMs = Math.Max(newestMs, replay.NewestMs);
            journal.Adopt(new JournalSegment(number, path, reader.WholeBytes, replay.NewestMs));
        }

        journal.ContinueAt(blocks.Select(static b => b.Totals.CoveredSegment)
            .Concat(deletions.Where(static d => !d.IsForHead).Select(static d => d.BeforeSegment))
            .DefaultIfEmpty(0)
            .Max());
        disk.SyncFolder(folder);
        if (isUnsynced && isAnew)
        {
            UnsyncedMark.Clear(disk, folder);
        }

        return (workers.Complete(), oldestMs, newestMs);
    }

    /// <summary>
    /// What was read back survives power loss from now on: the process before may have died before its last sync.
    /// </summary>
    static void CutAndSync(Disk disk, string folder, string path, long length)
    {
        using var file = disk.OpenForWriting(path);
        if (file.Length != length)
        {
            file.Truncate(length);
        }

        try
        {
            file.Sync();
        }
        catch (IOException)
        {
            UnsyncedMark.Set(disk, folder);
            throw;
        }
    }
}

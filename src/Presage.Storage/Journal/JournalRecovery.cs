using Microsoft.Extensions.Logging;

namespace Presage.Storage;

/// <summary>Reads the journal back when a store is opened; damaged ends are cut off and reported.</summary>
static class JournalRecovery
{
    /// <summary>
    /// Replays all segments of a folder into the head, oldest first; returns how many samples came back.
    /// </summary>
    public static long Run(
        Disk disk, string folder, Head head, JournalLog journal, Block[] blocks, Action<StorageDamage> onDamage,
        ILogger logger)
    {
        long samples = 0;
        foreach (int number in JournalLog.NumbersIn(disk, folder))
        {
            string path = JournalLog.PathOf(folder, number);
            var replay = new HeadReplay(head, new CoveredSpans(blocks, number));
            var reader = new JournalReader(replay);
            reader.Read(disk, path, number);
            long lost = disk.LengthOf(path) - reader.WholeBytes;
            if (reader.Damage is { } reason)
            {
                Log.JournalCut(logger, path, reader.WholeBytes, reason, lost);
                onDamage(new StorageDamage(path, reader.WholeBytes, lost, reason));
            }

            Cut(disk, path, reader.WholeBytes);
            samples += replay.Samples;
            journal.Adopt(new JournalSegment(number, path, reader.WholeBytes, replay.NewestMs));
        }

        return samples;
    }

    static void Cut(Disk disk, string path, long length)
    {
        if (disk.LengthOf(path) != length)
        {
            using var file = disk.OpenForWriting(path);
            file.Truncate(length);
            file.Sync();
        }
    }
}

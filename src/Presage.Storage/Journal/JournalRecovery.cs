using Microsoft.Extensions.Logging;

namespace Presage.Storage;

/// <summary>Reads the journal back when a store is opened; damaged ends are cut off and reported.</summary>
static class JournalRecovery
{
    /// <summary>
    /// Replays all segments of a folder into the head, oldest first; returns how many samples came back.
    /// </summary>
    public static long Run(
        string folder, Head head, JournalLog journal, Block[] blocks, Action<StorageDamage> onDamage, ILogger logger)
    {
        long samples = 0;
        foreach (int number in JournalLog.NumbersIn(folder))
        {
            string path = JournalLog.PathOf(folder, number);
            var replay = new HeadReplay(head, new CoveredSpans(blocks, number));
            var reader = new JournalReader(replay);
            reader.Read(path, number);
            long lost = new FileInfo(path).Length - reader.WholeBytes;
            if (reader.Damage is { } reason)
            {
                Log.JournalCut(logger, path, reader.WholeBytes, reason, lost);
                onDamage(new StorageDamage(path, reader.WholeBytes, lost, reason));
            }

            Cut(path, reader.WholeBytes);
            samples += replay.Samples;
            journal.Adopt(new JournalSegment(number, path, reader.WholeBytes, replay.NewestMs));
        }

        return samples;
    }

    static void Cut(string path, long length)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        if (RandomAccess.GetLength(file) != length)
        {
            RandomAccess.SetLength(file, length);
            RandomAccess.FlushToDisk(file);
        }
    }
}

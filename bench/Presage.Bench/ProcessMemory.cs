namespace Presage.Bench;

/// <summary>Memory of this process.</summary>
static class ProcessMemory
{
    /// <summary>
    /// Resident memory after a collection, in bytes: what the operating system counts, file pages of mapped blocks left
    /// out, because it takes those back when it needs them.
    /// </summary>
    public static long ResidentAnonymous()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Read();
    }

    /// <summary>The same without a collection.</summary>
    public static long Read() => Bytes("/proc/self/status", "RssAnon:") ?? Environment.WorkingSet;

    /// <summary>What of it lies in huge pages.</summary>
    public static long HugePages() => Bytes("/proc/self/smaps_rollup", "AnonHugePages:") ?? 0;

    static long? Bytes(string file, string name)
    {
        foreach (string line in File.ReadLines(file))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd(" kB")) * 1024;
            }
        }

        return null;
    }
}

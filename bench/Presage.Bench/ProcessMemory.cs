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
    public static long Read()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(8).Trim().TrimEnd(" kB")) * 1024;
            }
        }

        return Environment.WorkingSet;
    }
}

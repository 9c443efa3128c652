using System.Text;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>All processes of one name, and whether their series are written.</summary>
sealed class ProcessGroup(byte[] name)
{
    byte[]? _cpuKey, _memoryKey, _countKey;

    public byte[] NameBytes { get; } = name;

    public string Name { get; } = Encoding.UTF8.GetString(name);

    public int Count { get; private set; }

    public ulong CpuTicks { get; private set; }

    public ulong ResidentPages { get; private set; }

    /// <summary>The process seen last of this scan.</summary>
    public int Pid { get; private set; }

    public string? User { get; set; }

    /// <summary>Share of all CPUs (0 to 1) since the last scan.</summary>
    public double CpuRatio { get; private set; }

    /// <summary>
    /// The higher of the share now and its average over about ten scans: a burst counts at once and fades slowly.
    /// </summary>
    public double CpuRank { get; private set; }

    public bool IsShown { get; set; }

    /// <summary>When it stood among the candidates last, ms since 1970.</summary>
    public long LastAmongTopMs { get; set; }

    public void BeginScan()
    {
        Count = 0;
        CpuTicks = 0;
        ResidentPages = 0;
    }

    public void Add(int pid, ulong cpuTicks, ulong residentPages)
    {
        Count++;
        Pid = pid;
        CpuTicks += cpuTicks;
        ResidentPages += residentPages;
    }

    /// <param name="ticksOfAllCpus">Ticks that all CPUs together had since the last scan; 0 at the first.</param>
    public void EndScan(double ticksOfAllCpus)
    {
        const double Weight = 0.1;
        CpuRatio = ticksOfAllCpus > 0 ? Math.Min(1, CpuTicks / ticksOfAllCpus) : 0;
        CpuRank = Math.Max(CpuRatio, CpuRank + (Weight * (CpuRatio - CpuRank)));
    }

    public void Write(SeriesKeys keys, double pageBytes, CollectionWriter writer)
    {
        MakeKeys(keys);
        writer.Write(_cpuKey!, CpuRatio);
        writer.Write(_memoryKey!, ResidentPages * pageBytes);
        writer.Write(_countKey!, Count);
    }

    public void WriteStale(SeriesKeys keys, CollectionWriter writer)
    {
        MakeKeys(keys);
        writer.WriteStale(_cpuKey!);
        writer.WriteStale(_memoryKey!);
        writer.WriteStale(_countKey!);
    }

    void MakeKeys(SeriesKeys keys)
    {
        _cpuKey ??= keys.Key("presage_process_cpu_ratio", new Label("process", Name));
        _memoryKey ??= keys.Key("presage_process_memory_bytes", new Label("process", Name));
        _countKey ??= keys.Key("presage_process_count", new Label("process", Name));
    }
}

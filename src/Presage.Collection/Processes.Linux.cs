// Hot path: per process an open, a read and a close at every scan (about 10 us). The schedule spreads scans by their
// cost.
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// Scans /proc for processes: their number by state (node_exporter's opt-in collector processes), and what the
/// processes of each name use (presage_process_*), the first names by CPU and memory only. CPU time of processes that
/// start and end between two scans is not seen.
/// </summary>
sealed class LinuxProcesses : ICollector, IDisposable
{
    const double TicksPerSecond = 100, MillisecondsPerSecond = 1000;

    /// <summary>Most names remembered; processes of further names are counted, not shown.</summary>
    const int GroupsMax = 4096;

    static readonly byte[] StateLetters = "RSDZTtIX"u8.ToArray();

    readonly Sources _sources;
    readonly SeriesKeys _keys;
    readonly int _cores;
    readonly FolderReader _folder;
    readonly ProcessSelection _selection;
    readonly Dictionary<int, Known> _known = [];
    readonly Dictionary<UInt128, ProcessGroup> _byName = [];
    readonly List<ProcessGroup> _groups = [];
    readonly List<ProcessGroup> _left = [];
    readonly byte[] _path;
    readonly int _pathPrefix;
    readonly byte[] _pids;
    readonly byte[][] _stateKeys;
    readonly int[] _stateCounts = new int[StateLetters.Length];
    int _round;
    long _lastScanMs;

    public LinuxProcesses(Sources sources, SeriesKeys keys, int topMax, int cores)
    {
        _sources = sources;
        _keys = keys;
        _cores = cores;
        _folder = new FolderReader(sources.ProcPath);
        _selection = new ProcessSelection(topMax);
        byte[] prefix = Encoding.UTF8.GetBytes(sources.ProcPath.TrimEnd('/') + "/");
        _pathPrefix = prefix.Length;
        _path = [.. prefix, .. new byte[32]];
        _pids = keys.Key("node_processes_pids");
        _stateKeys = [.. StateLetters.Select(letter =>
            keys.Key("node_processes_state", new Label("state", ((char)letter).ToString())))];
    }

    public string Name => "processes";

    /// <summary>The names shown, by CPU and then memory; replaced, never changed.</summary>
    public IReadOnlyList<ProcessUsage> Top { get; private set; } = [];

    public void Collect(CollectionWriter writer)
    {
        if (!_folder.TryBegin())
        {
            writer.Missing(_folder.Path);
            return;
        }

        BeginScan();
        while (_folder.TryNext(out var name))
        {
            if (Utf8Parser.TryParse(name, out int pid, out int used) && used == name.Length
                && TryReadStat(name, out var content)
                && ProcessStatLine.TryParse(content, out var process))
            {
                Add(pid, process);
            }
        }

        EndScan(writer);
    }

    public void Dispose() => _folder.Dispose();

    internal void BeginScan()
    {
        _round++;
        Array.Clear(_stateCounts);
        foreach (var group in _groups)
        {
            group.BeginScan();
        }
    }

    internal void Add(int pid, in ProcessStatLine process)
    {
        int state = Array.IndexOf(StateLetters, process.State);
        if (state >= 0)
        {
            _stateCounts[state]++;
        }

        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, pid, out bool existed);
        if (!existed || known.StartedTicks != process.StartedTicks)
        {
            // Started since the last scan: all its time counts. Found by the first scan: none.
            known = new Known { StartedTicks = process.StartedTicks, CpuTicks = _lastScanMs == 0 ? process.CpuTicks
                : 0 };
        }

        // A process takes another name by exec.
        if (known.Group is null || !known.Group.NameBytes.AsSpan().SequenceEqual(process.Name))
        {
            known.Group = GroupOf(process.Name);
        }

        ulong used = process.CpuTicks > known.CpuTicks ? process.CpuTicks - known.CpuTicks : 0;
        known.CpuTicks = process.CpuTicks;
        known.Round = _round;
        known.Group?.Add(pid, used, process.ResidentPages);
    }

    internal void EndScan(CollectionWriter writer)
    {
        double seconds = _lastScanMs == 0 ? 0 : (writer.TimestampMs - _lastScanMs) / MillisecondsPerSecond;
        _lastScanMs = writer.TimestampMs;
        foreach (var (pid, known) in _known)
        {
            if (known.Round != _round)
            {
                _known.Remove(pid);
            }
        }

        foreach (var group in _groups)
        {
            group.EndScan(seconds * TicksPerSecond * _cores);
        }

        _left.Clear();
        _selection.Select(_groups, writer.TimestampMs, _left);
        Write(writer);
        ForgetEmptyGroups();
        Top = MakeTop();
    }

    void Write(CollectionWriter writer)
    {
        writer.Write(_pids, _known.Count);
        for (int i = 0; i < _stateCounts.Length; i++)
        {
            writer.Write(_stateKeys[i], _stateCounts[i]);
        }

        foreach (var group in _groups)
        {
            if (group.IsShown)
            {
                group.Write(_keys, Environment.SystemPageSize, writer);
            }
        }

        foreach (var group in _left)
        {
            group.WriteStale(_keys, writer);
        }
    }

    bool TryReadStat(ReadOnlySpan<byte> pid, out ReadOnlySpan<byte> content)
    {
        var tail = _path.AsSpan(_pathPrefix);
        pid.CopyTo(tail);
        "/stat\0"u8.CopyTo(tail[pid.Length..]);
        return _sources.TryReadOnce(_path, out content);
    }

    ProcessGroup? GroupOf(ReadOnlySpan<byte> name)
    {
        // Names have at most 15 bytes, those of kernel workers more: 16 bytes tell them apart well enough.
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        name[..Math.Min(16, name.Length)].CopyTo(bytes);
        var key = MemoryMarshal.Read<UInt128>(bytes);
        if (!_byName.TryGetValue(key, out var group) && _groups.Count < GroupsMax)
        {
            group = new ProcessGroup(name.ToArray());
            _byName.Add(key, group);
            _groups.Add(group);
        }

        return group;
    }

    void ForgetEmptyGroups()
    {
        foreach (var (key, group) in _byName)
        {
            if (group is { Count: 0, IsShown: false })
            {
                _byName.Remove(key);
                _groups.Remove(group);
            }
        }
    }

    ProcessUsage[] MakeTop()
    {
        var shown = new List<ProcessUsage>(_selection.ShownMax);
        foreach (var group in _groups)
        {
            if (group.IsShown && group.Count > 0)
            {
                group.User ??= ReadUser(group.Pid);
                shown.Add(new ProcessUsage(
                    group.Name,
                    group.Count == 1 ? group.Pid : null,
                    group.Count,
                    group.CpuRatio,
                    (long)group.ResidentPages * Environment.SystemPageSize,
                    group.User));
            }
        }

        shown.Sort(static (a, b) => (b.CpuRatio, b.MemoryBytes).CompareTo((a.CpuRatio, a.MemoryBytes)));
        return [.. shown];
    }

    /// <summary>The account's name, else its number. Once per name of processes.</summary>
    string? ReadUser(int pid)
    {
        string status = _sources.ReadText(_sources.ProcPath, pid.ToString(), "status") ?? "";
        string? line = status.Split('\n').FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        string? number = line?.Split('\t', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1);
        string accounts = number is null ? "" : _sources.ReadText("/etc/passwd") ?? "";
        foreach (string account in accounts.Split('\n'))
        {
            string[] fields = account.Split(':');
            if (fields.Length > 2 && fields[2] == number)
            {
                return fields[0];
            }
        }

        return number;
    }

    struct Known
    {
        public ulong StartedTicks;
        public ulong CpuTicks;
        public ProcessGroup? Group;
        public int Round;
    }
}

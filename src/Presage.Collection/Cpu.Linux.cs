// Hot path: runs every second.
using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// /proc/stat: time per CPU and mode, and the kernel's counters (node_exporter's collectors cpu and stat, which read
/// the same file). Times are counted in ticks of 1/100 s, whatever the kernel's own clock.
/// </summary>
sealed class LinuxCpu(Sources sources, SeriesKeys keys) : ICollector
{
    const double TicksPerSecond = 100;

    /// <summary>
    /// Idle time that falls by less than 3 s is a known inaccuracy of the kernel; by more, the CPU was replugged.
    /// </summary>
    const ulong JumpBackTicks = 300;

    const int Modes = 8, Idle = 3, Columns = 10;

    static readonly string[] ModeNames = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];

    readonly SourceFile _stat = sources.Proc("stat");
    readonly NameTable<Core> _cores = new(name => new Core(keys, name["cpu".Length..]));
    readonly byte[] _contextSwitches = keys.Key("node_context_switches_total");
    readonly byte[] _interrupts = keys.Key("node_intr_total");
    readonly byte[] _forks = keys.Key("node_forks_total");
    readonly byte[] _bootTime = keys.Key("node_boot_time_seconds");
    readonly byte[] _running = keys.Key("node_procs_running");
    readonly byte[] _blocked = keys.Key("node_procs_blocked");

    public string Name => "cpu";

    public void Collect(CollectionWriter writer)
    {
        if (_stat.TryRead(out var content))
        {
            Parse(content, writer);
        }
        else
        {
            writer.Missing(_stat.Path);
        }
    }

    internal void Parse(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        var scanner = new ByteScanner(content);
        while (scanner.TryReadLine(out var line))
        {
            var words = new ByteScanner(line);
            if (!words.TryReadWord(out var name))
            {
                continue;
            }

            if (name.StartsWith("cpu"u8))
            {
                if (name.Length > 3 && _cores.TryGet(name, out var core))
                {
                    core.Write(ref words, writer);
                }
            }
            else if (KeyOf(name) is { } key && words.TryReadUnsigned(out ulong value))
            {
                writer.Write(key, value);
            }
        }
    }

    byte[]? KeyOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("intr"u8) ? _interrupts
        : name.SequenceEqual("ctxt"u8) ? _contextSwitches
        : name.SequenceEqual("btime"u8) ? _bootTime
        : name.SequenceEqual("processes"u8) ? _forks
        : name.SequenceEqual("procs_running"u8) ? _running
        : name.SequenceEqual("procs_blocked"u8) ? _blocked
        : null;

    sealed class Core
    {
        readonly byte[][] _keys = new byte[Columns][];
        readonly ulong[] _ticks = new ulong[Columns];

        public Core(SeriesKeys keys, string cpu)
        {
            for (int i = 0; i < Modes; i++)
            {
                _keys[i] = keys.Key("node_cpu_seconds_total", new Label("cpu", cpu), new Label("mode", ModeNames[i]));
            }

            for (int i = Modes; i < Columns; i++)
            {
                _keys[i] = keys.Key(
                    "node_cpu_guest_seconds_total", new Label("cpu", cpu), new Label("mode", ModeNames[i - Modes]));
            }
        }

        public void Write(ref ByteScanner words, CollectionWriter writer)
        {
            // Old kernels have fewer columns; what is not there is not written.
            Span<ulong> read = stackalloc ulong[Columns];
            int count = 0;
            while (count < Columns && words.TryReadUnsigned(out read[count]))
            {
                count++;
            }

            if (count > Idle && read[Idle] + JumpBackTicks < _ticks[Idle])
            {
                Array.Clear(_ticks);
            }

            for (int i = 0; i < count; i++)
            {
                // idle and iowait may fall a little (kernel documentation, filesystems/proc.rst): a counter must not.
                _ticks[i] = Math.Max(_ticks[i], read[i]);
                writer.Write(_keys[i], _ticks[i] / TicksPerSecond);
            }
        }
    }
}

// Hot path: runs per process at every scan.
using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>What one /proc/PID/stat line says (proc_pid_stat(5)).</summary>
readonly ref struct ProcessStatLine
{
    const uint KernelThreadFlag = 0x0020_0000;

    ProcessStatLine(ReadOnlySpan<byte> name, byte state, bool isKernel, ulong cpuTicks, ulong started, ulong pages)
    {
        Name = name;
        State = state;
        IsKernelThread = isKernel;
        CpuTicks = cpuTicks;
        StartedTicks = started;
        ResidentPages = pages;
    }

    /// <summary>The command's name; of kernel threads only the family, "kworker" of "kworker/0:1-events".</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>R, S, D, Z, T, t, I or X.</summary>
    public byte State { get; }

    public bool IsKernelThread { get; }

    /// <summary>CPU time used, user and system, in 1/100 s.</summary>
    public ulong CpuTicks { get; }

    /// <summary>Start, in 1/100 s since boot: with the number it identifies a process.</summary>
    public ulong StartedTicks { get; }

    public ulong ResidentPages { get; }

    /// <summary>False for anything that is not a whole line.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out ProcessStatLine process)
    {
        process = default;

        // The name may hold spaces and parentheses: it ends at the last one.
        int open = line.IndexOf((byte)'('), close = line.LastIndexOf((byte)')');
        if (open < 0 || close < open || close + 2 >= line.Length)
        {
            return false;
        }

        var words = new ByteScanner(line[(close + 1)..]);
        if (!words.TryReadWord(out var state) || !TrySkip(ref words, 5) || !words.TryReadUnsigned(out ulong flags)
            || !TrySkip(ref words, 4) || !words.TryReadUnsigned(out ulong user)
                || !words.TryReadUnsigned(out ulong system)
            || !TrySkip(ref words, 6) || !words.TryReadUnsigned(out ulong started)
            || !TrySkip(ref words, 1) || !words.TryReadUnsigned(out ulong pages))
        {
            return false;
        }

        bool isKernel = (flags & KernelThreadFlag) != 0;
        var name = line[(open + 1)..close];
        int family = isKernel ? name.IndexOf((byte)'/') : -1;
        process = new ProcessStatLine(family > 0 ? name[..family] : name, state[0], isKernel, user + system, started,
            pages);
        return true;
    }

    static bool TrySkip(ref ByteScanner words, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!words.TryReadWord(out _))
            {
                return false;
            }
        }

        return true;
    }
}

namespace Presage.Bench;

/// <summary>CPU seconds of this process: unlike elapsed time, they say the same on a busy machine.</summary>
readonly struct CpuClock
{
    readonly TimeSpan _started;

    CpuClock(TimeSpan started) => _started = started;

    public static CpuClock Start() => new(Environment.CpuUsage.TotalTime);

    public TimeSpan Elapsed => Environment.CpuUsage.TotalTime - _started;
}

using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// The clock: its time, its sources, and how well the kernel believes it is synchronised (adjtimex, read only).
/// </summary>
sealed class LinuxClock : ICollector
{
    const double MillisecondsPerSecond = 1000, MicrosecondsPerSecond = 1e6, NanosecondsPerSecond = 1e9;

    /// <summary>Frequencies are parts per million with 16 binary places.</summary>
    const double FrequencyUnit = 1e6 * 65536;

    const int StatusNanoseconds = 0x2000, ResultUnsynchronised = 5;

    /// <summary>The clock's sources change only by hand.</summary>
    const int TicksBetweenSources = 10;

    readonly Sources _sources;
    readonly byte[] _time;
    readonly byte[][] _clock;
    readonly byte[] _sourcePath, _sourcesPath;
    readonly NameTable<byte[]> _current, _available;
    int _ticks;

    public LinuxClock(Sources sources, SeriesKeys keys)
    {
        _sources = sources;
        _time = keys.Key("node_time_seconds");
        _sourcePath = Sources.PathBytes(sources.SysPath, "devices/system/clocksource/clocksource0/current_clocksource");
        _sourcesPath = Sources.PathBytes(sources.SysPath,
            "devices/system/clocksource/clocksource0/available_clocksource");
        _current = new NameTable<byte[]>(name => SourceKey(keys, "node_time_clocksource_current_info", name), 32);
        _available = new NameTable<byte[]>(name => SourceKey(keys, "node_time_clocksource_available_info", name), 32);
        string[] names =
        [
            "offset_seconds", "frequency_adjustment_ratio", "maxerror_seconds", "estimated_error_seconds", "status",
            "loop_time_constant", "tick_seconds", "pps_frequency_hertz", "pps_jitter_seconds", "pps_shift_seconds",
            "pps_stability_hertz", "pps_jitter_total", "pps_calibration_total", "pps_error_total",
            "pps_stability_exceeded_total", "tai_offset_seconds", "sync_status",
        ];
        _clock = [.. names.Select(name => keys.Key("node_timex_" + name))];
    }

    public string Name => "time";

    public void Collect(CollectionWriter writer)
    {
        writer.Write(_time, writer.TimestampMs / MillisecondsPerSecond);
        WriteClock(writer);
        if (_ticks++ % TicksBetweenSources == 0)
        {
            WriteSources(_sourcePath, _current, writer);
            WriteSources(_sourcesPath, _available, writer);
        }
    }

    unsafe void WriteClock(CollectionWriter writer)
    {
        var clock = default(Libc.ClockNumbers);
        int result = Libc.ClockState(&clock);
        if (result < 0)
        {
            return;
        }

        double unit = (clock.Status & StatusNanoseconds) != 0 ? NanosecondsPerSecond : MicrosecondsPerSecond;
        ReadOnlySpan<double> values =
        [
            clock.Offset / unit, 1 + (clock.Frequency / FrequencyUnit), clock.MaxError / MicrosecondsPerSecond,
            clock.EstimatedError / MicrosecondsPerSecond, clock.Status, clock.Constant,
                clock.Tick / MicrosecondsPerSecond,
            clock.PpsFrequency / FrequencyUnit, clock.Jitter / unit, clock.Shift, clock.Stability / FrequencyUnit,
            clock.JitterCount, clock.CalibrationCount, clock.ErrorCount, clock.StabilityCount, clock.TaiOffset,
            result == ResultUnsynchronised ? 0 : 1,
        ];
        for (int i = 0; i < values.Length; i++)
        {
            writer.Write(_clock[i], values[i]);
        }
    }

    void WriteSources(byte[] path, NameTable<byte[]> table, CollectionWriter writer)
    {
        if (_sources.TryReadOnce(path, out var content))
        {
            for (var words = new ByteScanner(content); words.TryReadWord(out var name)
                && table.TryGet(name, out byte[] key);)
            {
                writer.Write(key, 1);
            }
        }
    }

    static byte[] SourceKey(SeriesKeys keys, string metric, string name) =>
        keys.Key(metric, new Label("device", "0"), new Label("clocksource", name));
}

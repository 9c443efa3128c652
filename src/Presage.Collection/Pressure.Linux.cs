using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>
/// /proc/pressure (PSI): time in which some, or all, runnable tasks waited for a resource. For the CPU only "some" has
/// a meaning system-wide; for interrupts only "full" exists.
/// </summary>
sealed class LinuxPressure : ICollector
{
    const double MicrosecondsPerSecond = 1e6;

    readonly Resource[] _resources;

    public LinuxPressure(Sources sources, SeriesKeys keys)
    {
        _resources =
        [
            new Resource(sources.Proc("pressure/cpu"), keys.Key("node_pressure_cpu_waiting_seconds_total"), null),
            new Resource(sources.Proc("pressure/io"), keys.Key("node_pressure_io_waiting_seconds_total"),
                keys.Key("node_pressure_io_stalled_seconds_total")),
            new Resource(sources.Proc("pressure/memory"), keys.Key("node_pressure_memory_waiting_seconds_total"),
                keys.Key("node_pressure_memory_stalled_seconds_total")),
            new Resource(sources.Proc("pressure/irq"), null, keys.Key("node_pressure_irq_stalled_seconds_total")),
        ];
    }

    public string Name => "pressure";

    public void Collect(CollectionWriter writer)
    {
        foreach (ref readonly var resource in _resources.AsSpan())
        {
            if (resource.File.TryRead(out var content))
            {
                Parse(content, resource.Some, resource.Full, writer);
            }
        }

        if (writer.Written == 0)
        {
            writer.Missing(_resources[0].File.Path);
        }
    }

    internal static void Parse(ReadOnlySpan<byte> content, byte[]? some, byte[]? full, CollectionWriter writer)
    {
        var scanner = new ByteScanner(content);
        while (scanner.TryReadLine(out var line))
        {
            byte[]? key = line.StartsWith("some "u8) ? some : line.StartsWith("full "u8) ? full : null;
            int total = line.IndexOf("total="u8);
            if (key is not null && total >= 0
                && new ByteScanner(line[(total + "total=".Length)..]).TryReadUnsigned(out ulong microseconds))
            {
                writer.Write(key, microseconds / MicrosecondsPerSecond);
            }
        }
    }

    readonly record struct Resource(SourceFile File, byte[]? Some, byte[]? Full);
}

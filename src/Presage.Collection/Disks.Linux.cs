using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// /proc/diskstats: operations, bytes, latencies and busy time per whole disk (partitions, loops and RAM disks left
/// out).
/// </summary>
sealed class LinuxDisks(Sources sources, SeriesKeys keys) : ICollector
{
    /// <summary>The kernel counts sectors of 512 bytes whatever the disk's own are.</summary>
    const double BytesPerSector = 512, SecondsPerMillisecond = 0.001;

    static readonly (string Metric, double Scale)[] Columns =
    [
        ("node_disk_reads_completed_total", 1),
        ("node_disk_reads_merged_total", 1),
        ("node_disk_read_bytes_total", BytesPerSector),
        ("node_disk_read_time_seconds_total", SecondsPerMillisecond),
        ("node_disk_writes_completed_total", 1),
        ("node_disk_writes_merged_total", 1),
        ("node_disk_written_bytes_total", BytesPerSector),
        ("node_disk_write_time_seconds_total", SecondsPerMillisecond),
        ("node_disk_io_now", 1),
        ("node_disk_io_time_seconds_total", SecondsPerMillisecond),
        ("node_disk_io_time_weighted_seconds_total", SecondsPerMillisecond),
        ("node_disk_discards_completed_total", 1),
        ("node_disk_discards_merged_total", 1),
        ("node_disk_discarded_sectors_total", 1),
        ("node_disk_discard_time_seconds_total", SecondsPerMillisecond),
        ("node_disk_flush_requests_total", 1),
        ("node_disk_flush_requests_time_seconds_total", SecondsPerMillisecond),
    ];

    readonly SourceFile _file = sources.Proc("diskstats");
    readonly NameTable<byte[][]?> _devices = new(device => IsExcluded(device)
        ? null
        : [.. Columns.Select(column => keys.Key(column.Metric, new Label("device", device)))]);

    public string Name => "diskstats";

    public void Collect(CollectionWriter writer)
    {
        if (_file.TryRead(out var content))
        {
            Parse(content, writer);
        }
        else
        {
            writer.Missing(_file.Path);
        }
    }

    internal void Parse(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        var scanner = new ByteScanner(content);
        while (scanner.TryReadLine(out var line))
        {
            var words = new ByteScanner(line);
            if (!words.TryReadUnsigned(out _) || !words.TryReadUnsigned(out _) || !words.TryReadWord(out var name)
                || !_devices.TryGet(name, out byte[][]? device) || device is null)
            {
                continue;
            }

            // 11 columns before Linux 4.18, 15 before 5.5, 17 since.
            for (int i = 0; i < device.Length && words.TryReadUnsigned(out ulong value); i++)
            {
                writer.Write(device[i], value * Columns[i].Scale);
            }
        }
    }

    /// <summary>node_exporter: <c>^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$</c>.</summary>
    internal static bool IsExcluded(string device)
    {
        string stem = device.TrimEnd("0123456789".ToCharArray());
        if (stem.Length == device.Length)
        {
            return false;
        }

        return stem is "ram" or "loop" or "fd"
            || (stem.Length is 3 or 4 && char.IsAsciiLetterLower(stem[^1]) && stem[..^1] is "hd" or "sd" or "vd"
                or "xvd")
            || IsNvmePartition(stem);
    }

    static bool IsNvmePartition(string stem)
    {
        string[] parts = stem.StartsWith("nvme", StringComparison.Ordinal) && stem.EndsWith('p')
            ? stem[4..^1].Split('n') : [];
        return parts.Length == 2 && parts.All(part => part.Length > 0 && part.All(char.IsAsciiDigit));
    }
}

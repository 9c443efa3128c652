using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// What disks are (node_disk_info, from udev's records) and the errors they reported: presage_disk_io_errors_total from
/// the SCSI layer's ioerr_cnt, presage_filesystem_errors_total from ext4's errors_count (kept in the super block, so it
/// survives reboots).
/// </summary>
sealed class LinuxDiskHealth : ICollector, IDisposable
{
    readonly Sources _sources;
    readonly FolderReader _disks;
    readonly FolderReader _fileSystems;
    readonly NameTable<Disk?> _diskTable;
    readonly NameTable<FileSystem> _fileSystemTable;

    public LinuxDiskHealth(Sources sources, SeriesKeys keys, string udevPath)
    {
        _sources = sources;
        _disks = new FolderReader(Path.Join(sources.SysPath, "block"));
        _fileSystems = new FolderReader(Path.Join(sources.SysPath, "fs/ext4"));
        _diskTable = new NameTable<Disk?>(name => LinuxDisks.IsExcluded(name) ? null
            : new Disk(sources, keys, udevPath, name));
        _fileSystemTable = new NameTable<FileSystem>(name => new FileSystem(
            Sources.PathBytes(sources.SysPath, "fs/ext4", name, "errors_count"),
            keys.Key("presage_filesystem_errors_total", new Label("device", name))));
    }

    public string Name => "diskhealth";

    public void Collect(CollectionWriter writer)
    {
        if (!_disks.TryBegin())
        {
            writer.Missing(_disks.Path);
            return;
        }

        while (_disks.TryNext(out var name))
        {
            if (_diskTable.TryGet(name, out var disk) && disk is not null)
            {
                writer.Write(disk.Identity, 1);
                if (_sources.TryReadOnce(disk.ErrorCount, out var content)
                    && new ByteScanner(content).TryReadHex(out ulong errors))
                {
                    writer.Write(disk.Errors, errors);
                }
            }
        }

        for (bool more = _fileSystems.TryBegin(); more && _fileSystems.TryNext(out var name);)
        {
            if (_fileSystemTable.TryGet(name, out var fileSystem)
                && _sources.TryReadNumber(fileSystem.Path, out double errors))
            {
                writer.Write(fileSystem.Key, errors);
            }
        }
    }

    public void Dispose()
    {
        _disks.Dispose();
        _fileSystems.Dispose();
    }

    readonly record struct FileSystem(byte[] Path, byte[] Key);

    sealed class Disk
    {
        public Disk(Sources sources, SeriesKeys keys, string udevPath, string name)
        {
            string number = sources.ReadText(sources.SysPath, "block", name, "dev") ?? "";
            string[] parts = number.Split(':');
            var records = ReadUdev(sources.ReadText(udevPath, "b" + number) ?? "");
            Identity = keys.Key(
                "node_disk_info",
                new Label("device", name),
                new Label("major", parts[0]),
                new Label("minor", parts.Length > 1 ? parts[1] : ""),
                new Label("model", records.GetValueOrDefault("ID_MODEL", "")),
                new Label("path", records.GetValueOrDefault("ID_PATH", "")),
                new Label("revision", records.GetValueOrDefault("ID_REVISION", "")),
                new Label("serial", records.GetValueOrDefault("ID_SERIAL_SHORT", "")),
                new Label("wwn", records.GetValueOrDefault("ID_WWN", "")));
            ErrorCount = Sources.PathBytes(sources.SysPath, "block", name, "device/ioerr_cnt");
            Errors = keys.Key("presage_disk_io_errors_total", new Label("device", name));
        }

        public byte[] Identity { get; }

        public byte[] ErrorCount { get; }

        public byte[] Errors { get; }

        /// <summary>Lines such as <c>E:ID_MODEL=Samsung_SSD</c>.</summary>
        static Dictionary<string, string> ReadUdev(string text)
        {
            var records = new Dictionary<string, string>();
            foreach (string line in text.Split('\n'))
            {
                int equals = line.IndexOf('=', StringComparison.Ordinal);
                if (line.StartsWith("E:", StringComparison.Ordinal) && equals > 2)
                {
                    records[line[2..equals]] = line[(equals + 1)..];
                }
            }

            return records;
        }
    }
}

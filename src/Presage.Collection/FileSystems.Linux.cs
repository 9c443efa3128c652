using System.Text;
using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// Size, space and inodes of mounted local file systems. Network file systems are left out: asking a dead server for
/// its free space blocks without end, and collecting must never hang.
/// </summary>
sealed class LinuxFileSystems : ICollector
{
    readonly SeriesKeys _keys;
    readonly string _rootPath;
    readonly SourceFile _mounts;
    readonly SourceFile _ownMounts;
    readonly NameTable<Mount?> _table;
    int _round;

    public LinuxFileSystems(Sources sources, SeriesKeys keys, string rootPath)
    {
        _keys = keys;
        _rootPath = rootPath.TrimEnd('/');
        _mounts = sources.Proc("1/mounts");
        _ownMounts = sources.Proc("self/mounts");
        _table = new NameTable<Mount?>(MakeMount);
    }

    public string Name => "filesystem";

    public void Collect(CollectionWriter writer)
    {
        // The first process' mounts are the machine's; without the right to see them, our own are.
        if (_mounts.TryRead(out var content) || _ownMounts.TryRead(out content))
        {
            Parse(content, writer);
        }
        else
        {
            writer.Missing(_ownMounts.Path);
        }
    }

    /// <summary>Lines such as <c>/dev/sda1 /mnt/with\040space ext4 rw,relatime 0 0</c>.</summary>
    internal void Parse(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        _round++;
        var scanner = new ByteScanner(content);
        while (scanner.TryReadLine(out var line))
        {
            var words = new ByteScanner(line);
            if (!words.TryReadWord(out _) || !words.TryReadWord(out _) || !words.TryReadWord(out _))
            {
                continue;
            }

            // The first three words identify the mount; one mounted twice at a place is one series.
            var identity = line[..(line.Length - words.Rest.Length)];
            if (_table.TryGet(identity, out var mount) && mount is not null && mount.Round != _round
                && words.TryReadWord(out var options))
            {
                mount.Round = _round;
                mount.Write(IsReadOnly(options), writer);
            }
        }
    }

    internal static bool IsExcluded(string mountPoint, string type) =>
        type is "autofs" or "binfmt_misc" or "bpf" or "cgroup" or "cgroup2" or "configfs" or "debugfs" or "devpts"
            or "devtmpfs"
            or "fusectl" or "hugetlbfs" or "iso9660" or "mqueue" or "nsfs" or "overlay" or "proc" or "procfs"
                or "pstore"
            or "rpc_pipefs" or "securityfs" or "selinuxfs" or "squashfs" or "sysfs" or "tracefs"
        || IsNetwork(type)
        || IsUnder(mountPoint, "/dev") || IsUnder(mountPoint, "/proc") || IsUnder(mountPoint, "/sys")
        || mountPoint.StartsWith("/run/credentials/", StringComparison.Ordinal)
        || mountPoint.StartsWith("/var/lib/docker/", StringComparison.Ordinal)
        || mountPoint.StartsWith("/var/lib/containers/storage/", StringComparison.Ordinal);

    static bool IsNetwork(string type) =>
        type is "9p" or "afs" or "beegfs" or "ceph" or "cifs" or "coda" or "davfs" or "fuse" or "glusterfs" or "lustre"
            or "ncpfs"
            or "nfs" or "nfs4" or "smb3" or "smbfs" or "virtiofs"
        || type.StartsWith("fuse.", StringComparison.Ordinal);

    static bool IsUnder(string path, string folder) =>
        path == folder || (path.StartsWith(folder, StringComparison.Ordinal) && path[folder.Length] == '/');

    static bool IsReadOnly(ReadOnlySpan<byte> options)
    {
        foreach (var range in options.Split((byte)','))
        {
            if (options[range].SequenceEqual("ro"u8))
            {
                return true;
            }
        }

        return false;
    }

    Mount? MakeMount(string identity)
    {
        string[] words = identity.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string device = Unescape(words[0]), path = Unescape(words[1]), type = words[2];

        // In a container the machine's root is mounted at rootPath: only what lies there is the machine's.
        string shown = path;
        if (_rootPath.Length > 0)
        {
            if (!IsUnder(path, _rootPath))
            {
                return null;
            }

            shown = path.Length == _rootPath.Length ? "/" : path[_rootPath.Length..];
        }

        return IsExcluded(shown, type) ? null : new Mount(_keys, device, shown, type, Sources.PathBytes(path));
    }

    /// <summary>The kernel writes space, tab, newline and backslash as three octal digits.</summary>
    internal static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                result.Append((char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    sealed class Mount
    {
        readonly byte[] _path;
        readonly byte[] _size, _free, _available, _files, _filesFree, _readOnly, _error;

        public Mount(SeriesKeys keys, string device, string mountPoint, string type, byte[] path)
        {
            _path = path;
            Label[] labels = [new("device", device), new("fstype", type), new("mountpoint", mountPoint)];
            _size = keys.Key("node_filesystem_size_bytes", labels);
            _free = keys.Key("node_filesystem_free_bytes", labels);
            _available = keys.Key("node_filesystem_avail_bytes", labels);
            _files = keys.Key("node_filesystem_files", labels);
            _filesFree = keys.Key("node_filesystem_files_free", labels);
            _readOnly = keys.Key("node_filesystem_readonly", labels);
            _error = keys.Key("node_filesystem_device_error", labels);
        }

        public int Round { get; set; }

        public unsafe void Write(bool isReadOnly, CollectionWriter writer)
        {
            var numbers = default(Libc.FileSystemNumbers);
            int result;
            fixed (byte* path = _path)
            {
                result = Libc.FileSystemState(path, &numbers);
            }

            writer.Write(_readOnly, isReadOnly ? 1 : 0);
            writer.Write(_error, result == 0 ? 0 : 1);
            if (result == 0)
            {
                double blockBytes = numbers.FragmentSize;
                writer.Write(_size, numbers.Blocks * blockBytes);
                writer.Write(_free, numbers.BlocksFree * blockBytes);
                writer.Write(_available, numbers.BlocksAvailable * blockBytes);
                writer.Write(_files, numbers.Files);
                writer.Write(_filesFree, numbers.FilesFree);
            }
        }
    }
}

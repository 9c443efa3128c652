using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>/proc/mdstat: state of Linux software RAID arrays.</summary>
sealed class LinuxSoftwareRaid(Sources sources, SeriesKeys keys) : ICollector
{
    static readonly string[] States = ["active", "inactive", "recovering", "resync", "check"];
    static readonly string[] DiskStates = ["active", "failed", "spare"];

    readonly SourceFile _file = sources.Proc("mdstat");
    readonly NameTable<Array> _arrays = new(name => new Array(keys, name), 256);

    public string Name => "mdadm";

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

    /// <summary>
    /// An array is a line <c>md0 : active raid1 sdb1[2](F) sda1[0]</c>, then <c>… 248896 blocks [2/1] [U_]</c>, then,
    /// while it works, <c>[=>…] recovery = 16.0% (39936/248896) …</c>.
    /// </summary>
    internal void Parse(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        Array? array = null;
        var scanner = new ByteScanner(content);
        while (scanner.TryReadLine(out var line))
        {
            if (line.StartsWith("md"u8))
            {
                array?.Write(writer);
                var words = new ByteScanner(line);
                array = words.TryReadWord(out var name) && words.TryReadWord(out var colon)
                    && colon.SequenceEqual(":"u8)
                    && _arrays.TryGet(name, out var known) ? known : null;
                array?.Begin(line, words.Rest);
            }
            else if (array is not null && line.StartsWith(" "u8))
            {
                array.AddLine(line);
            }
            else
            {
                array?.Write(writer);
                array = null;
            }
        }

        array?.Write(writer);
    }

    sealed class Array(SeriesKeys keys, string name)
    {
        readonly byte[][] _states = [.. States.Select(state => Key(keys, "node_md_state", name, state))];
        readonly byte[][] _disks = [.. DiskStates.Select(state => Key(keys, "node_md_disks", name, state))];
        readonly byte[] _required = Key(keys, "node_md_disks_required", name, "");
        readonly byte[] _blocks = Key(keys, "node_md_blocks", name, "");
        readonly byte[] _synced = Key(keys, "node_md_blocks_synced", name, "");
        int _state;
        ulong _failed, _spare, _active, _needed, _size, _done;

        public void Begin(ReadOnlySpan<byte> line, ReadOnlySpan<byte> members)
        {
            _state = line.IndexOf(" : active"u8) > 0 ? 0 : 1;
            _active = _needed = _size = _done = 0;
            _failed = (ulong)members.Count("(F)"u8);
            _spare = (ulong)members.Count("(S)"u8);

            // Arrays without redundancy have no [n/m]: every member that is listed counts.
            if (_state == 0)
            {
                _active = _needed = (ulong)members.Count("["u8) - _failed - _spare;
            }
        }

        public void AddLine(ReadOnlySpan<byte> line)
        {
            var words = new ByteScanner(line);
            if (words.TryReadUnsigned(out ulong blocks) && words.TryReadWord(out var unit)
                && unit.SequenceEqual("blocks"u8))
            {
                _size = _done = blocks;
                int open = line.IndexOf((byte)'[');
                var counts = new ByteScanner(open < 0 ? default : line[(open + 1)..]);
                if (counts.TryReadUnsigned(out ulong needed) && counts.Rest.StartsWith("/"u8))
                {
                    counts.Skip(1);
                    _needed = needed;
                    _active = counts.TryReadUnsigned(out ulong active) ? active : _active;
                }

                return;
            }

            int progress = line.IndexOf("% ("u8);
            int state = line.IndexOf("recovery ="u8) >= 0 ? 2
                : line.IndexOf("resync ="u8) >= 0 || line.IndexOf("reshape ="u8) >= 0 ? 3
                : line.IndexOf("check ="u8) >= 0 ? 4
                : -1;
            if (state > 0)
            {
                _state = state;
                var done = new ByteScanner(progress < 0 ? default : line[(progress + 3)..]);
                _done = done.TryReadUnsigned(out ulong value) ? value : _done;
            }
            else if (line.IndexOf("resync="u8) >= 0)
            {
                // resync=PENDING or DELAYED.
                _state = 3;
                _done = 0;
            }
        }

        public void Write(CollectionWriter writer)
        {
            for (int i = 0; i < _states.Length; i++)
            {
                writer.Write(_states[i], i == _state ? 1 : 0);
            }

            writer.Write(_disks[0], _active);
            writer.Write(_disks[1], _failed);
            writer.Write(_disks[2], _spare);
            writer.Write(_required, _needed);
            writer.Write(_blocks, _size);
            writer.Write(_synced, _done);
        }

        static byte[] Key(SeriesKeys keys, string metric, string device, string state) =>
            keys.Key(metric, new Label("device", device), new Label("state", state));
    }
}

namespace Presage.Simulation;

/// <summary>
/// A file's content as the running system sees it, and as the disk itself holds it: what was written since the last
/// sync is kept as a list, so that power loss can take any part of it.
/// </summary>
sealed class Inode
{
    const int SectorBytes = 512;

    readonly List<Change> _pending = [];
    Content _seen = new();
    Content _durable = new();

    public long Length => _seen.Length;

    public int Read(Span<byte> bytes, long offset) => _seen.Read(bytes, offset);

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        byte[] copy = bytes.ToArray();
        _seen.Write(copy, offset);
        _pending.Add(new Change(copy, offset, -1));
    }

    /// <summary>Sets the length; longer reads as zeros.</summary>
    public void Resize(long length)
    {
        _seen.Resize(length);
        _pending.Add(new Change([], 0, length));
    }

    /// <summary>All that was written survives power loss.</summary>
    public void Sync()
    {
        foreach (var change in _pending)
        {
            change.Apply(_durable);
        }

        _pending.Clear();
    }

    /// <summary>What was written since the last sync is readable still, but will not reach the disk.</summary>
    public void Forget() => _pending.Clear();

    /// <summary>
    /// The content after power loss: of the changes since the last sync, none, some, in part, or all.
    /// </summary>
    public Inode AfterPowerLoss(Generator random)
    {
        var content = _durable.Copy();
        int kept = random.Below(4) switch
        {
            0 => 0,
            1 => _pending.Count,
            _ => random.Below(_pending.Count + 1),
        };
        bool inOrder = random.Chance(0.5);
        for (int i = 0; i < _pending.Count; i++)
        {
            if (inOrder ? i < kept : random.Chance(0.5))
            {
                _pending[i].Apply(content);
            }
            else if (random.Chance(0.3))
            {
                Tear(_pending[i], content, random);
            }
        }

        return new Inode { _seen = content, _durable = content.Copy() };
    }

    /// <summary>The content after the process died: all of it, and as much of it on the disk as before.</summary>
    public Inode AfterKill()
    {
        var copy = new Inode { _seen = _seen.Copy(), _durable = _durable.Copy() };
        copy._pending.AddRange(_pending);
        return copy;
    }

    public byte[] ToArray() => _seen.ToArray();

    /// <summary>Changes a byte on the disk behind the system's back.</summary>
    public void Rot(long offset, byte xor)
    {
        Span<byte> one = stackalloc byte[1];
        if (Read(one, offset) == 1)
        {
            one[0] ^= xor;
            _seen.Write(one, offset);
            _durable.Write(one, offset);
        }
    }

    /// <summary>Some sectors of a write arrive, or only the length it gave the file.</summary>
    static void Tear(Change change, Content content, Generator random)
    {
        if (change.Length >= 0 || random.Chance(0.2))
        {
            content.Resize(Math.Max(content.Length, change.End));
            return;
        }

        for (int at = 0; at < change.Bytes.Length;)
        {
            int length = Math.Min(SectorBytes - (int)((change.Offset + at) % SectorBytes), change.Bytes.Length - at);
            if (random.Chance(0.5))
            {
                content.Write(change.Bytes.AsSpan(at, length), change.Offset + at);
            }

            at += length;
        }
    }

    readonly record struct Change(byte[] Bytes, long Offset, long Length)
    {
        public long End => Length >= 0 ? Length : Offset + Bytes.Length;

        public void Apply(Content content)
        {
            if (Length >= 0)
            {
                content.Resize(Length);
            }
            else
            {
                content.Write(Bytes, Offset);
            }
        }
    }

    /// <summary>Bytes that grow; what was never written is zero and takes no room.</summary>
    sealed class Content
    {
        byte[] _bytes = [];
        int _written;

        public long Length { get; private set; }

        public int Read(Span<byte> bytes, long offset)
        {
            int count = (int)Math.Clamp(Length - offset, 0, bytes.Length);
            int stored = (int)Math.Clamp(_written - offset, 0, count);
            _bytes.AsSpan((int)Math.Min(offset, _written), stored).CopyTo(bytes);
            bytes[stored..count].Clear();
            return count;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            int end = checked((int)offset + bytes.Length);
            if (end > _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(end, Math.Max(256, _bytes.Length * 2)));
            }

            bytes.CopyTo(_bytes.AsSpan((int)offset));
            _written = Math.Max(_written, end);
            Length = Math.Max(Length, end);
        }

        public void Resize(long length)
        {
            if (length < _written)
            {
                _bytes.AsSpan((int)length, _written - (int)length).Clear();
                _written = (int)length;
            }

            Length = length;
        }

        public Content Copy() => new()
        {
            _bytes = _bytes.AsSpan(0, _written).ToArray(), _written = _written, Length = Length,
        };

        public byte[] ToArray()
        {
            byte[] all = GC.AllocateArray<byte>((int)Length, pinned: true);
            Read(all, 0);
            return all;
        }
    }
}

using System.Runtime.InteropServices;
using Presage.Storage;

namespace Presage.Simulation;

/// <summary>
/// A disk in memory that fails, fills up and loses power as it is told. What the process wrote survives its death; of
/// what was not synced, power loss leaves any part: bytes of files sector by sector, names of a folder up to a point in
/// the order they changed. A disk whose process died takes nothing more; the next process gets a new one made of it.
/// </summary>
sealed class SimulatedDisk : Disk
{
    readonly Dictionary<string, Inode> _names = new(StringComparer.Ordinal);
    readonly Dictionary<string, Inode> _durableNames = new(StringComparer.Ordinal);
    readonly List<NameChange> _pending = [];
    readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    readonly HashSet<string> _locked = new(StringComparer.Ordinal);

    /// <summary>The faults that are on.</summary>
    public List<DiskFault> Faults { get; private init; } = [];

    /// <summary>Decides about everything random; set anew for every operation of a run.</summary>
    public Generator Random { get; set; } = new(0);

    /// <summary>The process dies after so many further operations; -1 for never.</summary>
    public int CrashAfter { get; set; } = -1;

    /// <summary>The process that used it has died.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Bytes it holds at most, reserved ones included.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>fsyncs of files that failed.</summary>
    public int SyncsFailed { get; private set; }

    /// <summary>Operations so far.</summary>
    public long Operations { get; private set; }

    /// <summary>Operations that failed on purpose so far.</summary>
    public long FaultsInjected { get; private set; }

    /// <summary>Called before an operation takes place: other work may come in between there.</summary>
    public Action<DiskOperation, string>? Between { get; set; }

    /// <summary>Notes each operation; for the trace of a failed run.</summary>
    public Action<string>? Trace { get; set; }

    /// <summary>Something may fail.</summary>
    public bool IsBroken => Faults.Count > 0 || Capacity != long.MaxValue;

    /// <summary>Nothing fails any more.</summary>
    public void Heal()
    {
        Faults.Clear();
        Capacity = long.MaxValue;
    }

    /// <summary>Some bytes of blocks and journal change.</summary>
    public void Rot(Generator random)
    {
        var files = FilesEnding(".block")
            .Concat(FilesEnding(".journal"))
            .Where(static f => f.Inode.Length > 0)
            .ToList();
        for (int i = random.Below(4); i > 0 && files.Count > 0; i--)
        {
            var (path, inode) = random.Pick(files);
            long at = random.Between(0, inode.Length - 1);
            Trace?.Invoke($"    byte {at} of {path} rots");
            inode.Rot(at, (byte)random.Between(1, 255));
        }
    }

    /// <summary>The process dies now.</summary>
    public void Kill() => IsDead = true;

    /// <summary>What the next process finds after this one died.</summary>
    public SimulatedDisk AfterKill()
    {
        IsDead = true;
        var next = new SimulatedDisk
        {
            Faults = Faults,
            Capacity = Capacity,
            Trace = Trace,
        };
        next._folders.UnionWith(_folders);
        var copies = new Dictionary<Inode, Inode>();
        Inode CopyOf(Inode inode) =>
            copies.TryGetValue(inode, out var known) ? known : copies[inode] = inode.AfterKill();
        foreach (var (name, inode) in _names)
        {
            next._names.Add(name, CopyOf(inode));
        }

        foreach (var (name, inode) in _durableNames)
        {
            next._durableNames.Add(name, CopyOf(inode));
        }

        next._pending.AddRange(_pending.Select(c => c with { Inode = c.Inode is null ? null : CopyOf(c.Inode) }));
        return next;
    }

    /// <summary>What the next process finds after the power went.</summary>
    public SimulatedDisk AfterPowerLoss(Generator random)
    {
        IsDead = true;
        var next = new SimulatedDisk
        {
            Faults = Faults,
            Capacity = Capacity,
            Trace = Trace,
        };
        next._folders.UnionWith(_folders);
        var names = new Dictionary<string, Inode>(_durableNames, StringComparer.Ordinal);
        foreach (var folder in _pending.GroupBy(c => Path.GetDirectoryName(c.Path)!, StringComparer.Ordinal))
        {
            var changes = folder.ToList();
            int kept = random.Chance(0.3) ? changes.Count : random.Below(changes.Count + 1);
            foreach (var change in changes.Take(kept))
            {
                change.Apply(names);
            }
        }

        var copies = new Dictionary<Inode, Inode>();
        foreach (var (name, inode) in names.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            if (!copies.TryGetValue(inode, out var copy))
            {
                copies.Add(inode, copy = inode.AfterPowerLoss(random));
            }

            next._names.Add(name, copy);
            next._durableNames.Add(name, copy);
        }

        return next;
    }

    /// <summary>Files whose path ends so, for damage done on purpose.</summary>
    public IReadOnlyList<(string Path, Inode Inode)> FilesEnding(string ending) =>
        [
            .. _names
                .Where(n => n.Key.EndsWith(ending, StringComparison.Ordinal))
                .OrderBy(n => n.Key, StringComparer.Ordinal)
                .Select(n => (n.Key, n.Value)),
        ];

    public override void CreateFolder(string folder)
    {
        if (!_folders.Contains(folder))
        {
            Begin(DiskOperation.CreateFolder, folder);
            for (string? path = folder; path is { Length: > 0 }; path = Path.GetDirectoryName(path))
            {
                _folders.Add(path);
            }
        }
    }

    public override IDisposable Lock(string folder)
    {
        Begin(DiskOperation.Lock, folder);
        return _locked.Add(folder) ? new Unlock(this, folder) : throw new DataFolderLockedException(folder, null);
    }

    public override IReadOnlyList<string> Files(string folder, string ending)
    {
        Begin(DiskOperation.List, folder);
        return
        [
            .. _names
                .Keys.Where(p => Path.GetDirectoryName(p) == folder && p.EndsWith(ending, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
    }

    public override IReadOnlyList<string> Folders(string folder)
    {
        Begin(DiskOperation.List, folder);
        return [.. _folders.Where(p => Path.GetDirectoryName(p) == folder).Order(StringComparer.Ordinal)];
    }

    public override bool Exists(string path) => _names.ContainsKey(path);

    public override bool FolderExists(string folder) => _folders.Contains(folder);

    public override long LengthOf(string path) => Find(path).Length;

    public override DiskFile Create(string path)
    {
        Begin(DiskOperation.Create, path);
        RequireFolder(path);
        if (_names.ContainsKey(path))
        {
            throw new IOException($"The file '{path}' already exists.");
        }

        var inode = new Inode();
        Change(path, inode);
        return new SimulatedFile(this, inode, path);
    }

    public override DiskFile Open(string path)
    {
        Begin(DiskOperation.Open, path);
        return new SimulatedFile(this, Find(path), path);
    }

    public override DiskFile OpenForWriting(string path)
    {
        Begin(DiskOperation.OpenForWriting, path);
        return new SimulatedFile(this, Find(path), path);
    }

    public override MappedFile Map(string path)
    {
        Begin(DiskOperation.Map, path);
        byte[] bytes = Find(path).ToArray();
        return new MappedFile(new Pinned(bytes), Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0), bytes.Length);
    }

    public override void Move(string from, string to, bool overwrite)
    {
        Begin(DiskOperation.Move, to);
        RequireFolder(to);
        var inode = Find(from);
        if (_names.ContainsKey(to) && !overwrite)
        {
            throw new IOException($"The file '{to}' already exists.");
        }

        _names.Remove(from);
        _names[to] = inode;
        _pending.Add(new NameChange(to, inode, from));
    }

    public override void Link(string existing, string name)
    {
        Begin(DiskOperation.Link, name);
        RequireFolder(name);
        if (_names.ContainsKey(name))
        {
            throw new IOException($"The file '{name}' already exists.");
        }

        Change(name, Find(existing));
    }

    public override void Delete(string path)
    {
        if (_names.ContainsKey(path))
        {
            Begin(DiskOperation.Delete, path);
            _names.Remove(path);
            _pending.Add(new NameChange(path, null, null));
        }
    }

    public override void DeleteFolder(string folder)
    {
        Begin(DiskOperation.DeleteFolder, folder);
        string inside = folder + "/";
        foreach (string path in _names.Keys.Where(p => p.StartsWith(inside, StringComparison.Ordinal)).ToList())
        {
            _names.Remove(path);
            _durableNames.Remove(path);
            _pending.RemoveAll(c => c.Path == path);
        }

        _folders.RemoveWhere(p => p == folder || p.StartsWith(inside, StringComparison.Ordinal));
    }

    public override void SyncFolder(string folder)
    {
        Begin(DiskOperation.SyncFolder, folder);
        foreach (var change in _pending.Where(c => Path.GetDirectoryName(c.Path) == folder))
        {
            change.Apply(_durableNames);
        }

        _pending.RemoveAll(c => Path.GetDirectoryName(c.Path) == folder);
    }

    public override long FreeBytes(string folder) => Math.Max(Capacity - Used, 0);

    /// <summary>Counts an operation; it may be the process' last, and it may fail.</summary>
    public void Begin(DiskOperation operation, string path)
    {
        Count(operation, path);
        if (CrashAfter == 0)
        {
            Die();
        }

        if (FaultOf(operation, path) is { } fault)
        {
            throw Injected(fault, operation, path);
        }
    }

    /// <summary>Begins a write: null where it succeeds, else how many of its bytes get down before it fails.</summary>
    public (int Part, Exception Error)? BeginWrite(string path, int bytes, long length, long offset, bool closed)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        Count(DiskOperation.Write, path);
        int part = Random.Chance(0.5) ? 0 : Random.Below(bytes + 1);
        if (CrashAfter == 0)
        {
            IsDead = true;
            return (part, new SimulatedCrashException());
        }

        if (FaultOf(DiskOperation.Write, path) is { } fault)
        {
            return (part, Injected(fault, DiskOperation.Write, path));
        }

        long room = Capacity - Used;
        if (Capacity != long.MaxValue && offset + bytes - length > room)
        {
            FaultsInjected++;
            return ((int)Math.Clamp(length + room - offset, 0, bytes), new IOException("No space left on device"));
        }

        return null;
    }

    /// <summary>Takes room for a file that grows.</summary>
    public void Reserve(long bytes)
    {
        if (Capacity != long.MaxValue && bytes > Capacity - Used)
        {
            FaultsInjected++;
            throw new IOException("No space left on device");
        }
    }

    /// <summary>A sync failed: Linux may drop what was to be written.</summary>
    public void SyncFailed(Inode inode)
    {
        SyncsFailed++;
        if (Random.Chance(0.5))
        {
            inode.Forget();
        }
    }

    long Used => _names.Values.Distinct().Sum(i => i.Length);

    void Count(DiskOperation operation, string path)
    {
        if (IsDead)
        {
            throw new SimulatedCrashException();
        }

        Between?.Invoke(operation, path);
        Trace?.Invoke($"    {operation} {path}");
        Operations++;
        if (CrashAfter > 0)
        {
            CrashAfter--;
        }
    }

    void Die()
    {
        IsDead = true;
        throw new SimulatedCrashException();
    }

    DiskFault? FaultOf(DiskOperation operation, string path)
    {
        foreach (var fault in Faults)
        {
            if (fault.Concerns(operation, path) && Random.Chance(fault.Probability))
            {
                return fault;
            }
        }

        return null;
    }

    IOException Injected(DiskFault fault, DiskOperation operation, string path)
    {
        FaultsInjected++;
        Trace?.Invoke($"    {operation} {path} fails: {fault.Message}");
        return new IOException($"{fault.Message} : '{path}'");
    }

    void Change(string path, Inode inode)
    {
        _names[path] = inode;
        _pending.Add(new NameChange(path, inode, null));
    }

    Inode Find(string path) =>
        _names.TryGetValue(path, out var inode) ? inode : throw new FileNotFoundException($"No file '{path}'.", path);

    void RequireFolder(string path)
    {
        if (!_folders.Contains(Path.GetDirectoryName(path)!))
        {
            throw new DirectoryNotFoundException($"No folder for '{path}'.");
        }
    }

    /// <summary>A name given, moved or (without a file) taken.</summary>
    readonly record struct NameChange(string Path, Inode? Inode, string? MovedFrom)
    {
        public void Apply(Dictionary<string, Inode> names)
        {
            if (MovedFrom is not null)
            {
                names.Remove(MovedFrom);
            }

            if (Inode is null)
            {
                names.Remove(Path);
            }
            else
            {
                names[Path] = Inode;
            }
        }
    }

    sealed class Unlock(SimulatedDisk disk, string folder) : IDisposable
    {
        public void Dispose() => disk._locked.Remove(folder);
    }

    /// <summary>Holds pinned memory; nothing to free.</summary>
    sealed class Pinned : SafeHandle
    {
        readonly byte[] _bytes;

        public Pinned(byte[] bytes)
            : base(0, ownsHandle: true)
        {
            _bytes = bytes;
            SetHandle(1);
        }

        public override bool IsInvalid => false;

        protected override bool ReleaseHandle()
        {
            // An unmapped file must not be read: what still does shall notice.
            _bytes.AsSpan().Fill(0xDD);
            return true;
        }
    }
}

using Microsoft.Extensions.Logging;

namespace Presage.Storage;

/// <summary>
/// The blocks of a folder. Readers take the list as it is now; adding and deleting make a new one. A deleted block
/// stays mapped until its last reader is gone.
/// </summary>
sealed class BlockList(
    Disk disk, string folder, BlockNumbers numbers, PageCache cache, ILogger logger, Action<StorageDamage> onDamage)
    : IDisposable
{
    readonly Lock _lock = new();
    volatile Block[] _blocks = [];
    volatile Tuple<Block[], SortedSet<string>>? _hosts;
    readonly List<string> _unwanted = [];
    List<Block> _retired = [];
    List<Block> _closing = [];

    /// <summary>The readable blocks, oldest first. The array is never changed.</summary>
    public Block[] Current => _blocks;

    public string Folder => folder;

    /// <summary>The hosts of all blocks; gathered again when the list has changed.</summary>
    public IReadOnlySet<string> Hosts
    {
        get
        {
            var current = _blocks;
            if (_hosts is { } known && known.Item1 == current)
            {
                return known.Item2;
            }

            var hosts = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var block in current)
            {
                try
                {
                    using var lease = block.Borrow();
                    hosts.UnionWith(block.Hosts());
                }
                catch (CorruptDataException e)
                {
                    Report(e);
                }
            }

            _hosts = Tuple.Create(current, hosts);
            return hosts;
        }
    }

    /// <summary>
    /// Opens what lies in the folder. Damaged files are renamed to <c>*.damaged</c> and reported; unfinished ones
    /// deleted.
    /// </summary>
    public void Open()
    {
        foreach (string unfinished in disk.Files(folder, ".tmp"))
        {
            disk.Delete(unfinished);
        }

        foreach (string path in disk.Files(folder, ".block"))
        {
            numbers.Above(Block.NumberOf(path));
            try
            {
                Add(new Block(disk, path, cache));
            }
            catch (CorruptDataException e)
            {
                SetAside(path, e);
            }
        }

        // The process before may have died between naming a block and syncing the name; journal segments are deleted
        // because of blocks, so from now on they survive power loss.
        disk.SyncFolder(folder);
    }

    /// <summary>Files that <see cref="Look"/> could not open.</summary>
    public List<string> Unreadable { get; } = [];

    /// <summary>Opens what can be opened, reports the rest and leaves it where it is.</summary>
    public void Look()
    {
        foreach (string path in disk.Files(folder, ".block"))
        {
            numbers.Above(Block.NumberOf(path));
            try
            {
                Add(new Block(disk, path, cache));
            }
            catch (CorruptDataException e)
            {
                Unreadable.Add(path);
                onDamage(new StorageDamage(path, e.OffsetBytes, disk.LengthOf(path), e.Reason));
            }
        }
    }

    /// <summary>The path of the next block; its number is higher than all before.</summary>
    public string NextPath(long fromMs) => PathOf(fromMs, numbers.Next());

    /// <summary>The path of a block whose number was reserved.</summary>
    public string PathOf(long fromMs, int number)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(fromMs, 0, 253402300799999));
        return Path.Combine(folder, $"{time:yyyyMMdd'T'HHmm}-{number:D8}.block");
    }

    /// <summary>Opens a block of this folder that is not in the list yet.</summary>
    /// <exception cref="CorruptDataException">What was written reads back damaged.</exception>
    public Block OpenBlock(string path) => new(disk, path, cache);

    /// <summary>Opens a block just written and makes it readable.</summary>
    /// <exception cref="CorruptDataException">What was written reads back damaged.</exception>
    /// <exception cref="IOException">It cannot be read; the file is gone.</exception>
    public Block Publish(string path)
    {
        try
        {
            var block = new Block(disk, path, cache);
            Add(block);
            return block;
        }
        catch (IOException)
        {
            DeleteFiles([path]);
            throw;
        }
    }

    /// <summary>
    /// Takes blocks out of the list, deletes their files and closes them; whoever reads them at the moment reads on.
    /// </summary>
    public void Delete(IReadOnlyCollection<Block> old)
    {
        Swap([], old);
        Retire(old);
        DeleteFiles(old.Select(static b => b.Path));
    }

    /// <summary>
    /// Deletes files that count as gone but that a broken disk would not let go: the next start would take them for
    /// blocks, and deletions carried out meanwhile have not touched them.
    /// </summary>
    /// <exception cref="IOException">The disk is broken still.</exception>
    public void DeleteUnwanted() => DeleteFiles([]);

    /// <summary>
    /// Puts blocks in the place of others in one step: no reader sees both, or neither. The old files are the
    /// caller's.
    /// </summary>
    public void Swap(IReadOnlyCollection<Block> added, IReadOnlyCollection<Block> removed)
    {
        lock (_lock)
        {
            Block[] blocks = [.. _blocks.Where(b => !removed.Contains(b)), .. added];
            Array.Sort(blocks, InOrder);
            _blocks = blocks;
        }
    }

    /// <summary>
    /// Closes blocks that left the list, once nobody can still be about to read them: in the second turn from now.
    /// </summary>
    public void Retire(IEnumerable<Block> old)
    {
        lock (_lock)
        {
            _retired.AddRange(old);
        }

        foreach (var block in old)
        {
            cache.Forget(block);
        }
    }

    /// <summary>
    /// Closes what was retired before the turn before: longer ago than any query may take. Their room on the disk is
    /// free then.
    /// </summary>
    public void CloseRetired()
    {
        List<Block> due;
        lock (_lock)
        {
            due = _closing;
            _closing = _retired;
            _retired = [];
        }

        due.ForEach(static block => block.Dispose());
    }

    /// <summary>Damage met while reading a page: reported; what else the block holds stays readable.</summary>
    public void Report(CorruptDataException damage)
    {
        Log.PageDamaged(logger, damage.File, damage.OffsetBytes, damage.Reason);
        onDamage(new StorageDamage(damage.File, damage.OffsetBytes, 0, damage.Reason));
    }

    public void Dispose()
    {
        foreach (var block in (Block[])[.. _blocks, .. _retired, .. _closing])
        {
            block.Dispose();
        }
    }

    void Add(Block block) => Swap([block], []);

    void SetAside(string path, CorruptDataException e)
    {
        string aside = path + ".damaged";
        long bytes = disk.LengthOf(path);
        disk.Move(path, aside, overwrite: true);
        Log.BlockSetAside(logger, path, e.OffsetBytes, e.Reason, aside);
        onDamage(new StorageDamage(path, e.OffsetBytes, bytes, e.Reason));
    }

    static int InOrder(Block a, Block b) => a.Totals.FromMs != b.Totals.FromMs
        ? a.Totals.FromMs.CompareTo(b.Totals.FromMs)
        : a.FileNumber.CompareTo(b.FileNumber);

    void DeleteFiles(IEnumerable<string> paths)
    {
        lock (_unwanted)
        {
            _unwanted.AddRange(paths);
            Exception? broken = null;
            _unwanted.RemoveAll(path =>
            {
                try
                {
                    disk.Delete(path);
                    return true;
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    broken = e;
                    return false;
                }
            });
            if (broken is not null)
            {
                throw new IOException(broken.Message, broken);
            }
        }
    }
}

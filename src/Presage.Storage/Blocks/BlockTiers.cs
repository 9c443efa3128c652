using Microsoft.Extensions.Logging;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>The blocks of a data folder: raw samples in <c>blocks</c>, roll-ups in <c>rollups/5m</c> and
/// <c>rollups/1h</c>.</summary>
sealed class BlockTiers : IDisposable
{
    readonly ILogger _logger;
    readonly Lock _changing = new();
    Action? _unfinished;

    public BlockTiers(
        Disk disk, string dataFolder, PageCache cache, ILogger logger, Action<StorageDamage> onDamage)
    {
        Disk = disk;
        _logger = logger;
        Root = dataFolder;
        BlockList In(params string[] folders) => new(
            disk, Path.Combine([dataFolder, .. folders]), Numbers, cache, logger, onDamage);

        Raw = In("blocks");
        FiveMinutes = In("rollups", "5m");
        OneHour = In("rollups", "1h");
    }

    /// <summary>What numbers the blocks of all three.</summary>
    public BlockNumbers Numbers { get; } = new();

    /// <summary>Where they lie.</summary>
    public Disk Disk { get; }

    /// <summary>The data folder.</summary>
    public string Root { get; }

    public BlockList Raw { get; }

    public BlockList FiveMinutes { get; }

    public BlockList OneHour { get; }

    /// <summary>All three.</summary>
    public BlockList[] All => [Raw, FiveMinutes, OneHour];

    /// <summary>Bytes of all block files.</summary>
    public long FileBytes => All.Sum(list => list.Current.Sum(b => b.FileBytes));

    public BlockList Of(BlockKind kind) => kind switch
    {
        BlockKind.FiveMinutes => FiveMinutes,
        BlockKind.OneHour => OneHour,
        _ => Raw,
    };

    public BlockList Of(RollupTier tier) => Of(BlockKinds.Of(tier));

    /// <summary>Finishes what a crash left half done, then opens all blocks.</summary>
    public void Open()
    {
        Replacement.Resume(Disk, Root);
        foreach (var list in All)
        {
            Disk.CreateFolder(list.Folder);
            list.Open();
        }
    }

    /// <summary>Opens all blocks for a tool: nothing is set aside or deleted.</summary>
    public void Look()
    {
        Replacement.Resume(Disk, Root);
        Array.ForEach(All, static list => list.Look());
    }

    /// <summary>
    /// Puts complete files under their temporary names in the place of blocks, on the disk and for readers.
    /// </summary>
    /// <param name="added">The list each file belongs to, and its final path.</param>
    /// <param name="removed">Blocks that go.</param>
    /// <param name="setAside">Blocks that go, but whose files are kept as <c>*.damaged</c>.</param>
    /// <param name="committed">Called when the files are the replacement's: from then on nobody else deletes
    /// them.</param>
    public void Replace(
        IReadOnlyCollection<(BlockList List, string Path)> added, IReadOnlyCollection<Block> removed,
        IReadOnlyCollection<Block> setAside, Action committed)
    {
        lock (_changing)
        {
            ReplaceNow(added, removed, setAside, committed);
        }
    }

    /// <summary>Deletes blocks of one of the lists.</summary>
    public void Delete(BlockList list, IReadOnlyCollection<Block> old)
    {
        lock (_changing)
        {
            list.Delete(old);
        }
    }

    /// <summary>
    /// Does something while no file comes or goes but by a flush: merges go on, and wait with putting their files in
    /// place.
    /// </summary>
    public void WhileUnchanged(Action work)
    {
        lock (_changing)
        {
            FinishReplacement();
            work();
        }
    }

    void ReplaceNow(
        IReadOnlyCollection<(BlockList List, string Path)> added, IReadOnlyCollection<Block> removed,
        IReadOnlyCollection<Block> setAside, Action committed)
    {
        FinishReplacement();
        string[] come = [.. added.Select(a => a.Path)], go = [.. removed.Select(b => b.Path)];
        string asked = Replacement.Commit(Disk, Root, come, go);
        committed();
        _unfinished = () => CarryOut(asked, added, removed, setAside);
        FinishReplacement();
    }

    /// <summary>
    /// Carries out a replacement that a broken disk stopped half-way. It is decided, and would happen with the next
    /// start; nothing else may change the files before.
    /// </summary>
    /// <exception cref="IOException">The disk is broken still.</exception>
    public void FinishReplacement()
    {
        lock (_changing)
        {
            _unfinished?.Invoke();
            _unfinished = null;
        }
    }

    /// <summary>Deletes what a broken disk would not let go of.</summary>
    /// <exception cref="IOException">The disk is broken still.</exception>
    public void DeleteUnwanted()
    {
        lock (_changing)
        {
            Array.ForEach(All, static list => list.DeleteUnwanted());
        }
    }

    public void CloseRetired() => Array.ForEach(All, static list => list.CloseRetired());

    public void Dispose() => Array.ForEach(All, static list => list.Dispose());

    void CarryOut(
        string asked, IReadOnlyCollection<(BlockList List, string Path)> added, IReadOnlyCollection<Block> removed,
        IReadOnlyCollection<Block> setAside)
    {
        Replacement.CarryOut(Disk, Root, asked, [.. added.Select(a => a.Path)], [.. removed.Select(b => b.Path)]);
        foreach (var block in setAside.Where(b => Disk.Exists(b.Path)))
        {
            Disk.Move(block.Path, block.Path + ".damaged", overwrite: true);
            Log.BlockSetAside(_logger, block.Path, 0, "Damaged pages were met.", block.Path + ".damaged");
        }

        Block[] gone = [.. removed, .. setAside];
        foreach (var list in All)
        {
            Block[] came = [.. added.Where(a => a.List == list).Select(a => list.OpenBlock(a.Path))];
            list.Swap(came, gone);
            list.Retire(gone.Where(b => list == Of(b.Kind)));
        }
    }
}

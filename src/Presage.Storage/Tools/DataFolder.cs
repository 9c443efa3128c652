using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// A data folder that no server uses, for tools: says what is in it, checks every byte, repairs. Holds the folder's
/// lock until it is disposed. Opening changes nothing but finishing a replacement a crash left half done.
/// </summary>
public sealed class DataFolder : IDisposable
{
    readonly string _folder;
    readonly Disk _disk;
    readonly IDisposable? _lock;
    readonly BlockTiers _tiers;
    readonly List<StorageDamage> _damages = [];

    DataFolder(string folder, Disk disk, IDisposable? folderLock)
    {
        _folder = folder;
        _disk = disk;
        _lock = folderLock;
        _tiers = new BlockTiers(disk, folder, new PageCache(0), NullLogger.Instance, _damages.Add);
    }

    string JournalFolder => Path.Combine(_folder, "journal");

    /// <summary>Takes the folder and opens its blocks; damaged indexes are reported by <see cref="Verify"/>.</summary>
    /// <exception cref="DataFolderLockedException">A server, or another tool, holds it.</exception>
    /// <exception cref="IOException">There is no data folder, or it cannot be read.</exception>
    public static DataFolder Open(string folder) => Open(folder, LocalDisk.Instance);

    internal static DataFolder Open(string folder, Disk disk)
    {
        if (!disk.FolderExists(Path.Combine(folder, "blocks")))
        {
            throw new IOException($"{Path.GetFullPath(folder)} holds no samples: there is no folder \"blocks\" in it.");
        }

        var opened = new DataFolder(folder, disk, Lock(disk, folder));
        try
        {
            opened._tiers.Look();
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>On a file system mounted to read only there is nothing to lock out: no server writes there.</summary>
    static IDisposable? Lock(Disk disk, string folder)
    {
        try
        {
            return disk.Lock(folder);
        }
        catch (IOException e) when (e.HResult == LocalDisk.ReadOnlyFileSystem)
        {
            return null;
        }
    }

    /// <summary>All files, oldest first within their kind.</summary>
    public IReadOnlyList<StoredFile> Files()
    {
        return StoredFiles.Of(_disk, _folder, _tiers);
    }

    /// <summary>Reads and checks every byte: index, keys, chunks, journal.</summary>
    /// <param name="progress">Told of each file before it is read.</param>
    public IReadOnlyList<StorageDamage> Verify(Action<string> progress)
    {
        var found = new List<StorageDamage>(_damages);
        foreach (var block in _tiers.All.SelectMany(static list => list.Current))
        {
            progress(Relative(block.Path));
            found.AddRange(BlockCheck.Run(block));
        }

        foreach (int number in JournalLog.NumbersIn(_disk, JournalFolder))
        {
            string path = JournalLog.PathOf(JournalFolder, number);
            progress(Relative(path));
            var reader = new JournalReader(new DiscardedReplay());
            reader.Read(_disk, path, number);
            if (reader.Damage is { } reason)
            {
                long lost = _disk.LengthOf(path) - reader.WholeBytes;
                found.Add(new StorageDamage(path, reader.WholeBytes, lost, reason));
            }
        }

        return found;
    }

    /// <summary>
    /// Writes damaged blocks anew with all that is readable and keeps the damaged files as <c>*.damaged</c>. A damaged
    /// end of the journal is cut off by the next start of the server.
    /// </summary>
    /// <param name="progress">Told of each file that is repaired, and how.</param>
    /// <returns>How many blocks were repaired or set aside.</returns>
    public int Repair(Action<string> progress)
    {
        int repaired = 0;
        foreach (var list in _tiers.All)
        {
            foreach (string path in list.Unreadable)
            {
                _disk.Move(path, path + ".damaged", overwrite: true);
                progress($"{Relative(path)}: its index cannot be read; set aside as {Relative(path)}.damaged");
                repaired++;
            }

            foreach (var block in list.Current.Where(static b => BlockCheck.Run(b).Count > 0).ToArray())
            {
                Rewrite(block);
                progress($"{Relative(block.Path)}: written anew without what is damaged");
                repaired++;
            }
        }

        return repaired;
    }

    /// <summary>
    /// The metrics, hosts and labels with the most series, or values, in any one block: series of all blocks cannot be
    /// added up, most are the same.
    /// </summary>
    public IReadOnlyList<(string Title, IReadOnlyList<(string Name, int Count)> Counts)> Cardinality(int top)
    {
        var metrics = new Dictionary<string, int>();
        var hosts = new Dictionary<string, int>();
        var labels = new Dictionary<string, int>();
        foreach (var block in _tiers.Raw.Current)
        {
            try
            {
                using var lease = block.Borrow();
                foreach (string metric in block.ValuesOf(LabelNames.MetricName))
                {
                    Count(metrics, metric, block.Of(LabelNames.MetricName, metric).Length);
                }

                foreach (string host in block.Hosts())
                {
                    Count(hosts, host, block.OfHost(host).Length);
                }

                foreach (string label in block.Names())
                {
                    Count(labels, label, block.ValuesOf(label).Count());
                }
            }
            catch (CorruptDataException)
            {
                // Verify tells it; the other blocks still count.
            }
        }

        return
        [
            ("series by metric", Top(metrics, top)), ("series by host", Top(hosts, top)),
            ("values by label", Top(labels, top)),
        ];
    }

    public void Dispose()
    {
        _tiers.Dispose();
        _lock?.Dispose();
    }

    void Rewrite(Block block)
    {
        bool rollup = block.Kind.IsRollup();
        var job = new MergeJob
        {
            FromMs = block.Totals.FromMs,
            ToMs = block.Totals.ToMs,
            Raw = rollup ? [] : [block],
            Rollups = rollup ? [block] : [],
            Kind = rollup ? BlockKind.Merged : block.Kind,
            RollupTiers = rollup ? [block.Kind] : [],
            CoveredSegment = block.Totals.CoveredSegment,
            IsRawComplete = false,
            IsChecked = true,
        };
        using var merge = new SpanMerge(
            _tiers, job, new MergeNumbers(_tiers.Numbers, job), KeepAll.Rules, MergePace.Hurried, static _ => { });
        merge.Run(CancellationToken.None);
        _tiers.Replace(merge.Files, merge.Read, merge.Damaged, merge.Commit);
    }

    static void Count(Dictionary<string, int> counts, string name, int count) =>
        counts[name] = Math.Max(counts.GetValueOrDefault(name), count);

    static IReadOnlyList<(string Name, int Count)> Top(Dictionary<string, int> counts, int top) =>
        [.. counts.OrderByDescending(static c => c.Value).ThenBy(static c => c.Key, StringComparer.Ordinal).Take(top)
            .Select(static c => (c.Key, c.Value))];

    string Relative(string path) => Path.GetRelativePath(_folder, path);

    sealed class DiscardedReplay : IJournalReplay
    {
        public void OnSeries(int journalId, ReadOnlySpan<byte> key)
        {
        }

        public void OnSample(int journalId, long timestampMs, double value)
        {
        }
    }
}

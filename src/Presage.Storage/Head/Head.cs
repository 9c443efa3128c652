using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// All active series in memory: the look-up by key, and their state, split by host over shards. One caller at a time
/// appends and removes series; readers use the locks of the shards.
/// </summary>
sealed class Head
{
    /// <summary>
    /// Two powers above the cores of a small machine: readers of one host rarely meet the writer of another.
    /// </summary>
    public const int ShardCount = 16;

    readonly SeriesTable _table;
    readonly CellMemory _cells = new();
    readonly Dictionary<string, HostSeries> _hostsByName = new(StringComparer.Ordinal);
    readonly Stack<int> _freeHosts = new();
    HostSeries?[] _hosts = new HostSeries?[64];

    /// <summary>By the numbers of hosts, what the observer of appends knows of them.</summary>
    object?[] _known = new object?[64];
    int _hostEnd;

    public Head()
    {
        _table = new SeriesTable(Series);
        Shards = new Shard[ShardCount];
        for (int i = 0; i < ShardCount; i++)
        {
            Shards[i] = new Shard(i, _cells);
        }
    }

    /// <summary>Hosts with series.</summary>
    public int HostCount => _hostEnd - _freeHosts.Count;

    public SeriesSlabs Series { get; } = new();

    public KeyArena Keys { get; } = new();

    public SeriesTable Table => _table;

    public Shard[] Shards { get; }

    /// <summary>
    /// Memory of series, keys, table, chunks and lists of the label index; its names and values and cached labels not
    /// counted.
    /// </summary>
    public long Bytes => Series.Bytes + Keys.Bytes + _table.Bytes + Shards.Sum(static s => s.Bytes + s.Index.Bytes);

    /// <summary>Memory of chunks that are complete and wait for their block.</summary>
    public long ClosedBytes => Shards.Sum(static s => s.ClosedBytes);

    public HostSeries HostOf(in HeadSeries series) => _hosts[series.Host]!;

    public Shard ShardOf(in HeadSeries series) => _hosts[series.Host]!.Shard;

    /// <summary>A host by its number; for the one who appends.</summary>
    public HostSeries HostAt(int number) => _hosts[number]!;

    /// <summary>What the observer knows of a host; for the one who appends.</summary>
    public ref object? KnownAt(int number) => ref _known[number];

    /// <summary>Bound of the numbers of hosts.</summary>
    public int HostEnd => _hostEnd;

    /// <summary>The shard of a series that may have left meanwhile; a reader checks under its lock.</summary>
    public Shard? ShardOfOrNull(in HeadSeries series) => Volatile.Read(ref _hosts)[series.Host]?.Shard;

    /// <summary>The shard of a host, whether or not the head knows it.</summary>
    public Shard ShardOf(string host) => Shards[ShardNumber(Encoding.UTF8.GetBytes(host))];

    /// <summary>The hosts with series, sorted.</summary>
    public SortedSet<string> HostNames()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var shard in Shards)
        {
            lock (shard.Index.Lock)
            {
                names.UnionWith(shard.Index.Hosts.Select(static h => h.Name));
            }
        }

        return names;
    }

    /// <summary>A host of the head by its name; for the one who appends.</summary>
    public HostSeries? FindHost(ReadOnlySpan<byte> name) => TryFindHost(name, out var host) ? host : null;

    /// <summary>The host with the most series; for the one who appends, while there are any.</summary>
    public HostSeries LargestHost() => _hostsByName.Values.MaxBy(static h => h.Series.Count)!;

    /// <summary>Adds a series that <see cref="SeriesTable.Find"/> did not find; returns its number.</summary>
    public int Add(in SeriesFingerprint fingerprint, ReadOnlySpan<byte> key)
    {
        var host = FindOrAddHost(SeriesKey.HostOf(key));
        int id = Series.Take();
        ref var series = ref Series[id];
        series.Fingerprint = fingerprint;
        series.KeyHash = SeriesKey.Hash(key);
        series.Host = host.Number;
        series.Shard = (byte)host.Shard.Number;
        series.Key = Keys.Add(key);
        Volatile.Write(ref series.IsUsed, true);
        _table.Add(fingerprint, id);
        var index = host.Shard.Index;
        lock (index.Lock)
        {
            index.Add(id, key, host);
        }

        return id;
    }

    /// <summary>Removes a series that has no chunks; its number and the place of its key are given to others.</summary>
    public void Remove(int id)
    {
        ref var series = ref Series[id];
        var host = HostOf(series);
        var index = host.Shard.Index;
        lock (index.Lock)
        {
            index.Remove(id, Keys[series.Key], host);
            if (host.Series.Count == 0)
            {
                index.RemoveHost(host);
                _hostsByName.Remove(host.Name);
                _hosts[host.Number] = null;
                _known[host.Number] = null;
                _freeHosts.Push(host.Number);
            }

            _table.Remove(series.Fingerprint, id);
            Keys.Remove(series.Key);
            lock (host.Shard.Lock)
            {
                Series.Return(id);
            }
        }
    }

    HostSeries FindOrAddHost(ReadOnlySpan<byte> name)
    {
        if (TryFindHost(name, out var host))
        {
            return host;
        }

        if (!_freeHosts.TryPop(out int number))
        {
            number = _hostEnd++;
            if (number == _hosts.Length)
            {
                Array.Resize(ref _hosts, number * 2);
                Array.Resize(ref _known, number * 2);
            }
        }

        host = new HostSeries(Encoding.UTF8.GetString(name), number, Shards[ShardNumber(name)]);
        _hosts[number] = host;
        _hostsByName.Add(host.Name, host);
        lock (host.Shard.Index.Lock)
        {
            host.Shard.Index.AddHost(host);
        }

        return host;
    }

    bool TryFindHost(ReadOnlySpan<byte> name, [NotNullWhen(true)] out HostSeries? host)
    {
        Span<char> chars = stackalloc char[256];
        return name.Length <= chars.Length
            ? _hostsByName.GetAlternateLookup<ReadOnlySpan<char>>()
                .TryGetValue(chars[..Encoding.UTF8.GetChars(name, chars)], out host)
            : _hostsByName.TryGetValue(Encoding.UTF8.GetString(name), out host);
    }

    static int ShardNumber(ReadOnlySpan<byte> host) => (int)(XxHash3.HashToUInt64(host) % ShardCount);
}

using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Labels of a shard's active series: label name, value, series numbers. Changed only when a series begins or leaves,
/// so readers do not get in the way of appending. All members but <see cref="Lock"/> want the lock held.
/// </summary>
sealed class HeadIndex : ILabelIndex
{
    readonly Dictionary<string, Dictionary<string, IdList>> _labels = new(StringComparer.Ordinal);
    readonly Dictionary<string, HostSeries> _hosts = new(StringComparer.Ordinal);
    readonly PostingMemory _memory;
    readonly IdList _all;
    readonly Func<IdList> _newList;

    public HeadIndex(CellMemory cells)
    {
        _memory = new PostingMemory(cells);
        _newList = NewList;
        _all = NewList();
    }

    /// <summary>Guards this index.</summary>
    public Lock Lock { get; } = new();

    /// <summary>How many series left so far; while it stays the same, numbers mean the same series.</summary>
    public int Removals { get; private set; }

    /// <summary>Memory of the lists of series numbers. May be read without the lock.</summary>
    public long Bytes => _memory.Bytes;

    public IReadOnlyCollection<HostSeries> Hosts => _hosts.Values;

    public void AddHost(HostSeries host) => _hosts.Add(host.Name, host);

    public void RemoveHost(HostSeries host)
    {
        host.Series.Free();
        _hosts.Remove(host.Name);
    }

    /// <summary>A list in this index' memory.</summary>
    public IdList NewList() => new(_memory);

    public void Add(int id, ReadOnlySpan<byte> key, HostSeries host)
    {
        _all.Add(id);
        host.Series.Add(id);
        host.Changes++;
        var reader = new SeriesKeyReader(key);
        while (reader.Read(out var name, out var value))
        {
            var values = Utf8Lists.GetOrAdd(
                _labels, name, static () => new Dictionary<string, IdList>(StringComparer.Ordinal));
            Utf8Lists.GetOrAdd(values, value, _newList).Add(id);
        }
    }

    public void Remove(int id, ReadOnlySpan<byte> key, HostSeries host)
    {
        Removals++;
        _all.Remove(id);
        if (_all.Count == 0)
        {
            _all.Free();
        }

        host.Series.Remove(id);
        host.Changes++;
        var reader = new SeriesKeyReader(key);
        while (reader.Read(out var nameBytes, out var valueBytes))
        {
            string name = Encoding.UTF8.GetString(nameBytes), value = Encoding.UTF8.GetString(valueBytes);
            var values = _labels[name];
            var list = values[value];
            list.Remove(id);
            if (list.Count == 0)
            {
                list.Free();
                values.Remove(value);
                if (values.Count == 0)
                {
                    _labels.Remove(name);
                }
            }
        }
    }

    public ReadOnlySpan<int> All() => _all.Ids;

    public ReadOnlySpan<int> OfHost(string host) => _hosts.TryGetValue(host, out var found) ? found.Series.Ids : [];

    public HostSeries? Host(string host) => _hosts.GetValueOrDefault(host);

    public ReadOnlySpan<int> Of(string name, string value) =>
        _labels.TryGetValue(name, out var values) && values.TryGetValue(value, out var list) ? list.Ids : [];

    public IEnumerable<string> ValuesOf(string name) => _labels.TryGetValue(name, out var values) ? values.Keys : [];

    public IEnumerable<string> Names() => _labels.Keys;
}

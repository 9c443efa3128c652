// Hot path: one look-up per line of /proc at every collection.
using System.Text;

namespace Presage.Collection.Reading;

/// <summary>
/// What a collector remembers per name in a kernel file (a field, a device): made once, found again without text.
/// Kernel files keep their order, so the entry after the last hit is tried first. Names come from outside and are
/// bounded in number.
/// </summary>
sealed class NameTable<TEntry>(Func<string, TEntry> make, int entriesMax = 4096)
{
    readonly List<(byte[] Name, TEntry Entry)> _entries = [];
    int _next;

    public int Count => _entries.Count;

    /// <summary>Visits all entries, in the order they appeared.</summary>
    public void ForEach<TContext>(CollectionWriter writer, TContext context, Action<TEntry, CollectionWriter,
        TContext> visit)
    {
        foreach (var (_, entry) in _entries)
        {
            visit(entry, writer, context);
        }
    }

    /// <summary>The entry of a name; false only when the table is full and the name new.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out TEntry entry)
    {
        for (int i = 0; i < _entries.Count; i++)
        {
            int at = _next + i;
            at -= at >= _entries.Count ? _entries.Count : 0;
            var candidate = _entries[at];
            if (name.SequenceEqual(candidate.Name))
            {
                _next = at + 1 == _entries.Count ? 0 : at + 1;
                entry = candidate.Entry;
                return true;
            }
        }

        if (_entries.Count >= entriesMax)
        {
            entry = default!;
            return false;
        }

        entry = make(Encoding.UTF8.GetString(name));
        _entries.Add((name.ToArray(), entry));
        _next = 0;
        return true;
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Presage.Storage;

/// <summary>
/// Keeps pages of blocks that were read: neighbouring series share pages, and a chart is asked for again a moment
/// later. Which leaves is decided by the clock algorithm (Corbató, 1968): whoever was asked for since the hand's last
/// turn stays. So a hit writes nothing but a flag, and data pages, which stand in places of their block, are found
/// without a lock.
/// </summary>
sealed class PageCache(long bytesMax)
{
    /// <summary>Bounds of what is kept.</summary>
    const long BytesMin = 16 << 20, BytesMax = 192 << 20;

    /// <summary>What a further name of a page costs.</summary>
    const int AliasBytes = 64;

    readonly Lock _lock = new();
    readonly Dictionary<(Block?, ulong), KeyPage> _keys = [];
    Queue<Entry> _clock = new();
    long _bytes;

    /// <summary>A cache of a 32nd of the machine's memory.</summary>
    public static PageCache OfThisMachine() =>
        new(Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 32, BytesMin, BytesMax));

    /// <summary>A page of keys of a block by its number, or one that blocks share by its checksum.</summary>
    public bool TryGet(Block? block, ulong number, [NotNullWhen(true)] out KeyPage? page)
    {
        lock (_lock)
        {
            if (!_keys.TryGetValue((block, number), out page))
            {
                return false;
            }
        }

        page.IsUsed = true;
        return true;
    }

    /// <summary>Keeps a page of keys under a name; under another one it may be known already.</summary>
    public void Add(Block? block, ulong number, KeyPage page)
    {
        lock (_lock)
        {
            if (_keys.TryAdd((block, number), page))
            {
                Enter(new Entry(block, number, page, null, block is null ? page.Bytes : AliasBytes));
            }
        }
    }

    /// <summary>Keeps a data page in its block's place for it.</summary>
    public void Add(Block block, int number, DataPage?[] places, DataPage page)
    {
        lock (_lock)
        {
            if (places[number] is null)
            {
                Volatile.Write(ref places[number], page);
                Enter(new Entry(block, (ulong)number, page, places, page.Bytes));
            }
        }
    }

    /// <summary>Forgets the pages of a block that was deleted.</summary>
    public void Forget(Block block)
    {
        lock (_lock)
        {
            var rest = new Queue<Entry>(_clock.Count);
            foreach (var entry in _clock)
            {
                if (entry.Block == block)
                {
                    Remove(entry);
                }
                else
                {
                    rest.Enqueue(entry);
                }
            }

            _clock = rest;
        }
    }

    void Enter(in Entry entry)
    {
        _clock.Enqueue(entry);
        _bytes += entry.Bytes;
        while (_bytes > bytesMax && _clock.TryDequeue(out var oldest))
        {
            if (oldest.Page.IsUsed)
            {
                oldest.Page.IsUsed = false;
                _clock.Enqueue(oldest);
            }
            else
            {
                Remove(oldest);
            }
        }
    }

    void Remove(in Entry entry)
    {
        _bytes -= entry.Bytes;
        if (entry.Places is { } places)
        {
            places[(int)entry.Number] = null;
        }
        else
        {
            _keys.Remove((entry.Block, entry.Number));
        }
    }

    /// <summary>A page and where it is known: in a block's places, or by a name.</summary>
    readonly record struct Entry(Block? Block, ulong Number, CachedPage Page, DataPage?[]? Places, int Bytes);
}

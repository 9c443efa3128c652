using System.Diagnostics.CodeAnalysis;

namespace Presage.Storage;

/// <summary>
/// Keeps unpacked pages of blocks, the least recently used ones leave first: neighbouring series share pages, and a
/// chart is asked for again a moment later.
/// </summary>
sealed class PageCache(long bytesMax)
{
    /// <summary>Bounds of what is kept; a day of 10,000 series takes about 120 MB.</summary>
    const long BytesMin = 16 << 20, BytesMax = 192 << 20;

    readonly Lock _lock = new();
    readonly Dictionary<(Block?, ulong), LinkedListNode<Entry>> _pages = [];
    readonly LinkedList<Entry> _byUse = new();
    long _bytes;

    /// <summary>A cache of a 32nd of the machine's memory.</summary>
    public static PageCache OfThisMachine() =>
        new(Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 32, BytesMin, BytesMax));

    /// <summary>A page of a block by its number, or one that blocks share by what it was unpacked from.</summary>
    public bool TryGet(Block? block, ulong page, [NotNullWhen(true)] out object? value)
    {
        lock (_lock)
        {
            if (_pages.TryGetValue((block, page), out var node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                value = node.Value.Page;
                return true;
            }
        }

        value = null;
        return false;
    }

    public void Add(Block? block, ulong page, object value, int bytes)
    {
        lock (_lock)
        {
            if (_pages.ContainsKey((block, page)))
            {
                return;
            }

            _pages.Add((block, page), _byUse.AddFirst(new Entry(block, page, value, bytes)));
            _bytes += bytes;
            while (_bytes > bytesMax && _byUse.Last is { } oldest)
            {
                Remove(oldest);
            }
        }
    }

    /// <summary>Forgets the pages of a block that was deleted.</summary>
    public void Forget(Block block)
    {
        lock (_lock)
        {
            for (var node = _byUse.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Block == block)
                {
                    Remove(node);
                }

                node = next;
            }
        }
    }

    void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _pages.Remove((node.Value.Block, node.Value.Number));
        _bytes -= node.Value.Bytes;
    }

    readonly record struct Entry(Block? Block, ulong Number, object Page, int Bytes);
}

namespace Presage.Storage;

/// <summary>
/// Slabs of 128 KB for the cells of all shards, cut from regions of 2 MB, so that they lie in huge pages. Slabs given
/// up are kept for the next that is wanted, as long as fewer are kept than are in use: the hourly rise and fall costs
/// nothing, and after a peak most of the memory goes back. Who holds a slab keeps this object. Any thread may call.
/// </summary>
sealed unsafe class CellMemory
{
    public const int SlabBytes = 128 << 10;

    /// <summary>A store with few series is content with small pages.</summary>
    const int SmallRegions = 2;

    readonly Lock _lock = new();
    readonly List<PageMemory> _regions = [];

    /// <summary>Slabs that are given first: they still lie in memory.</summary>
    readonly Stack<nint> _spare = new();

    /// <summary>Addresses without memory.</summary>
    readonly Stack<nint> _dropped = new();
    int _used;

    /// <summary>A slab; what it holds is left from before.</summary>
    public byte* Take()
    {
        lock (_lock)
        {
            _used++;
            if (_spare.TryPop(out nint slab) || _dropped.TryPop(out slab))
            {
                return (byte*)slab;
            }

            bool isSmall = _regions.Count < SmallRegions;
            var region = new PageMemory(PageMemory.HugePageBytes, isSmall ? PageMemory.HugePageBytes : 0);
            _regions.Add(region);
            for (int at = PageMemory.HugePageBytes - SlabBytes; at > 0; at -= SlabBytes)
            {
                _dropped.Push((nint)region.Address + at);
            }

            return region.Address;
        }
    }

    /// <summary>Gives a slab back.</summary>
    public void Return(byte* slab)
    {
        lock (_lock)
        {
            _used--;
            _spare.Push((nint)slab);
            while (_spare.Count > _used + 1)
            {
                nint dropped = _spare.Pop();
                PageMemory.TryDrop((byte*)dropped, SlabBytes);
                _dropped.Push(dropped);
            }
        }
    }
}

// Hot path: some ten calls of Add per new series. Budget: 10 ns.
using System.Buffers;

namespace Presage.Storage;

/// <summary>
/// Series numbers, ascending when they are read. Adding and removing are cheap, wherever the number belongs: what
/// came since the last reading are distances in one or two bytes each, what left is noted, and the next reading puts
/// both in place. So lists nobody asks for take little memory, and none is copied while it grows. Reading changes the
/// list: all of it happens under one lock, that of the memory given. Who drops a list gives its memory back first.
/// </summary>
sealed unsafe class IdList(PostingMemory memory)
{
    const int DistanceBytesMax = 5;

    /// <summary>Those in order.</summary>
    int* _ids;
    int _capacity;
    int _length;

    /// <summary>Those that came since: the cells of their bytes, how many, and the last one.</summary>
    int _firstCell;
    int _lastCell;
    int _cameBytes;
    int _came;
    int _last;

    /// <summary>Numbers among those in order that left since.</summary>
    List<int>? _removed;

    public int Count => _length + _came - (_removed?.Count ?? 0);

    public ReadOnlySpan<int> Ids
    {
        get
        {
            if (_came > 0 || _removed is not null)
            {
                PutInOrder();
            }

            return new ReadOnlySpan<int>(_ids, _length);
        }
    }

    public void Add(int id)
    {
        Span<byte> bytes = stackalloc byte[DistanceBytesMax];
        int length = Varint.Write(bytes, Varint.ZigZag((long)id - _last));
        memory.Cells.Append(ref _firstCell, ref _lastCell, _cameBytes, bytes[..length]);
        _cameBytes += length;
        _came++;
        _last = id;
    }

    /// <summary>Removes a number that is in the list.</summary>
    public void Remove(int id)
    {
        if (_came > 0)
        {
            PutInOrder();
        }

        (_removed ??= []).Add(id);
    }

    /// <summary>Gives the memory back; the list is empty then.</summary>
    public void Free()
    {
        FreeCells();
        if (_capacity > 0)
        {
            memory.Return(_ids, _capacity);
        }

        _ids = null;
        _capacity = _length = 0;
        _removed = null;
    }

    void PutInOrder()
    {
        DropRemoved();
        int kept = _length, count = kept + _came;
        if (count > _capacity)
        {
            // The first time it is as much as there is: most lists are read when their series are there.
            Move(kept == 0 ? count : count + (count >> 3));
        }
        else if (_capacity > 16 && count < _capacity / 4)
        {
            Move(count + (count >> 2));
        }

        _length = count;
        var came = new Span<int>(_ids + kept, count - kept);
        if (!ReadCame(came))
        {
            came.Sort();
        }

        FreeCells();
        if (kept > 0 && came.Length > 0 && came[0] < _ids[kept - 1])
        {
            MergeFromBehind(kept, came.ToArray());
        }
    }

    /// <summary>Goes on in memory for so many numbers.</summary>
    void Move(int count)
    {
        int capacity = 0;
        int* moved = count == 0 ? null : memory.Take(count, out capacity);
        new ReadOnlySpan<int>(_ids, _length).CopyTo(new Span<int>(moved, capacity));
        if (_capacity > 0)
        {
            memory.Return(_ids, _capacity);
        }

        _ids = moved;
        _capacity = capacity;
    }

    /// <summary>Reads the numbers that came; returns whether they ascend.</summary>
    bool ReadCame(Span<int> came)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(_cameBytes);
        memory.Cells.CopyTo(_firstCell, _cameBytes, bytes);
        long id = 0;
        int at = 0;
        bool ascends = true;
        for (int i = 0; i < came.Length; i++)
        {
            long next = id + Varint.UnZigZag(Varint.Read(bytes, ref at));
            ascends &= next >= id;
            id = next;
            came[i] = (int)id;
        }

        ArrayPool<byte>.Shared.Return(bytes);
        return ascends;
    }

    void FreeCells()
    {
        memory.Cells.Free(_firstCell, _lastCell);
        _firstCell = _lastCell = _cameBytes = _came = _last = 0;
    }

    /// <summary>Closes the gaps among the numbers in order.</summary>
    void DropRemoved()
    {
        if (_removed is null)
        {
            return;
        }

        _removed.Sort();
        int kept = 0, at = 0;
        for (int i = 0; i < _length; i++)
        {
            if (at < _removed.Count && _removed[at] == _ids[i])
            {
                at++;
            }
            else
            {
                _ids[kept++] = _ids[i];
            }
        }

        _removed = null;
        _length = kept;
    }

    void MergeFromBehind(int sorted, ReadOnlySpan<int> came)
    {
        int left = sorted - 1, right = came.Length - 1;
        for (int at = _length - 1; right >= 0; at--)
        {
            _ids[at] = left >= 0 && _ids[left] > came[right] ? _ids[left--] : came[right--];
        }
    }
}

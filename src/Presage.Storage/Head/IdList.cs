namespace Presage.Storage;

/// <summary>
/// Series numbers, ascending when they are read. Adding and removing are cheap, wherever the number belongs: what
/// came and went since the last reading is put in place by the next one. Reading so changes the list: all of it
/// happens under one lock.
/// </summary>
sealed class IdList
{
    int[] _ids = [];

    /// <summary>Numbers that are in order; those behind them came since.</summary>
    int _sorted;
    int _length;

    /// <summary>Numbers among the sorted ones that left since.</summary>
    List<int>? _removed;

    public int Count => _length - (_removed?.Count ?? 0);

    public ReadOnlySpan<int> Ids
    {
        get
        {
            if (_sorted < _length || _removed is not null)
            {
                PutInOrder();
            }

            return _ids.AsSpan(0, _length);
        }
    }

    public void Add(int id)
    {
        if (_length == _ids.Length)
        {
            Array.Resize(ref _ids, _length < 4 ? _length + 1 : _length + (_length >> 2) + 1);
        }

        bool ascending = _sorted == _length && (_length == 0 || _ids[_length - 1] < id);
        _ids[_length++] = id;
        _sorted += ascending ? 1 : 0;
    }

    /// <summary>Removes a number that is in the list.</summary>
    public void Remove(int id)
    {
        if (_sorted < _length)
        {
            PutInOrder();
        }

        (_removed ??= []).Add(id);
    }

    void PutInOrder()
    {
        int kept = DropRemoved();
        Array.Copy(_ids, _sorted, _ids, kept, _length - _sorted);
        _length = kept + _length - _sorted;
        var came = _ids.AsSpan(kept, _length - kept);
        came.Sort();
        if (kept > 0 && came.Length > 0 && came[0] < _ids[kept - 1])
        {
            MergeFromBehind(kept, came.ToArray());
        }

        _sorted = _length;
        if (_ids.Length > 16 && _length < _ids.Length / 4)
        {
            Array.Resize(ref _ids, _length + (_length >> 2));
        }
    }

    /// <summary>Closes the gaps among the sorted numbers; returns how many are left.</summary>
    int DropRemoved()
    {
        if (_removed is null)
        {
            return _sorted;
        }

        _removed.Sort();
        int kept = 0, at = 0;
        for (int i = 0; i < _sorted; i++)
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
        return kept;
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

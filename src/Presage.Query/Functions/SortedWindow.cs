namespace Presage.Query.Functions;

/// <summary>
/// The values of a sliding window in order: samples that leave and enter cost a binary search and a move each.
/// </summary>
sealed class SortedWindow
{
    double[] _sorted = new double[64];
    int _start;
    int _end;

    public int Count { get; private set; }

    public ReadOnlySpan<double> Values => _sorted.AsSpan(0, Count);

    /// <summary>Makes the window hold the values from start to end; windows only ever move forward.</summary>
    public void MoveTo(ReadOnlySpan<double> values, int start, int end)
    {
        // When more than half of it changes, sorting anew is cheaper.
        if (start >= _end || ((start - _start) + (end - _end)) * 2 > end - start)
        {
            Fill(values[start..end]);
        }
        else
        {
            for (int i = _start; i < start; i++)
            {
                Remove(values[i]);
            }

            for (int i = _end; i < end; i++)
            {
                Insert(values[i]);
            }
        }

        _start = start;
        _end = end;
    }

    void Fill(ReadOnlySpan<double> values)
    {
        Ensure(values.Length);
        values.CopyTo(_sorted);
        Count = values.Length;
        _sorted.AsSpan(0, Count).Sort();
    }

    void Insert(double value)
    {
        Ensure(Count + 1);
        int at = Values.BinarySearch(value);
        at = at < 0 ? ~at : at;
        _sorted.AsSpan(at, Count - at).CopyTo(_sorted.AsSpan(at + 1));
        _sorted[at] = value;
        Count++;
    }

    void Remove(double value)
    {
        int at = Values.BinarySearch(value);
        _sorted.AsSpan(at + 1, Count - at - 1).CopyTo(_sorted.AsSpan(at));
        Count--;
    }

    void Ensure(int length)
    {
        if (length > _sorted.Length)
        {
            Array.Resize(ref _sorted, Math.Max(length, _sorted.Length * 2));
        }
    }
}

namespace Presage.Storage;

/// <summary>
/// Ascending series numbers as runs: for each, the gap to the run before and its length less one, as varints. All
/// series of a host stand together, so most postings are a few bytes.
/// </summary>
sealed class PostingsBuilder
{
    byte[] _bytes = new byte[4];
    int _length;
    int _runFrom;
    int _runTo;
    int _written;

    /// <summary>Adds a number above all before.</summary>
    public void Add(int id)
    {
        if (id == _runTo && _runTo > _runFrom)
        {
            _runTo++;
            return;
        }

        EndRun();
        _runFrom = id;
        _runTo = id + 1;
    }

    /// <summary>All of it; nothing can be added afterwards.</summary>
    public ReadOnlySpan<byte> Complete()
    {
        EndRun();
        _runFrom = _runTo;
        return _bytes.AsSpan(0, _length);
    }

    /// <summary>Reads what <see cref="Complete"/> gave; numbers are below the bound.</summary>
    /// <exception cref="CorruptDataException">The bytes are no postings.</exception>
    public static int[] Read(ReadOnlySpan<byte> bytes, int bound)
    {
        int[] ids = new int[Math.Max(4, bytes.Length / 2)];
        int at = 0, next = 0, found = 0;
        while (at < bytes.Length)
        {
            next += Varint.ReadBounded(bytes, ref at, bound - next);
            int count = Varint.ReadBounded(bytes, ref at, bound - next - 1) + 1;
            if (found + count > ids.Length)
            {
                Array.Resize(ref ids, Math.Max(found + count, ids.Length * 2));
            }

            for (int i = 0; i < count; i++)
            {
                ids[found++] = next++;
            }
        }

        return found == ids.Length ? ids : ids[..found];
    }

    void EndRun()
    {
        if (_runTo > _runFrom)
        {
            if (_length + (2 * Varint.LengthMax) > _bytes.Length)
            {
                Array.Resize(ref _bytes, (_length * 2) + (2 * Varint.LengthMax));
            }

            _length += Varint.Write(_bytes.AsSpan(_length), (ulong)(_runFrom - _written));
            _length += Varint.Write(_bytes.AsSpan(_length), (ulong)(_runTo - _runFrom - 1));
            _written = _runTo;
        }
    }
}

using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Walks a block series by series, in order, a page at a time and past the page cache. It holds one page of keys and
/// one of chunks and uses their memory again for the next. Damaged pages are reported and passed over:
/// <see cref="IsDamaged"/> says afterwards that something is missing.
/// </summary>
sealed class BlockCursor(Block block, Action<CorruptDataException> onDamage)
{
    const int None = -1;

    readonly KeyPage _keys = new();
    readonly DataPage _data = new();
    byte[] _keyRoom = [];
    byte[] _dataRoom = [];
    int _keyPageNumber = None;
    int _dataPageNumber = None;
    byte[] _host = [];
    int _series = -1;

    public Block Block => block;

    /// <summary>Whether pages were met that could not be read.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>The key of the series stood on.</summary>
    public ReadOnlySpan<byte> Key => _keys.Key(_series % BlockFormat.PageItems);

    /// <summary>Whether all series were passed.</summary>
    public bool IsAtEnd => _series >= block.Totals.Series;

    /// <summary>The host of the series stood on.</summary>
    public string HostName { get; private set; } = "";

    /// <summary>The order of series in blocks: by host, then key.</summary>
    public int CompareTo(BlockCursor other)
    {
        int order = _host.AsSpan().SequenceCompareTo(other._host);
        return order != 0 ? order : Key.SequenceCompareTo(other.Key);
    }

    /// <summary>Moves to the next series; false behind the last.</summary>
    public bool MoveNext()
    {
        while (++_series < block.Totals.Series)
        {
            try
            {
                if (_keyPageNumber != _series / BlockFormat.PageItems)
                {
                    _keyPageNumber = None;
                    using var lease = block.Borrow();
                    block.UnpackKeys(_series, _keys, ref _keyRoom);
                    _keyPageNumber = _series / BlockFormat.PageItems;
                }

                var host = SeriesKey.HostOf(Key);
                if (!_host.AsSpan().SequenceEqual(host))
                {
                    HostName = Encoding.UTF8.GetString(host);
                    _host = host.ToArray();
                }

                return true;
            }
            catch (CorruptDataException e)
            {
                Report(new CorruptDataException(e.Reason, block.Path, e.OffsetBytes));
                _series |= BlockFormat.PageItems - 1;
            }
            catch (FormatException e)
            {
                Report(new CorruptDataException(e.Message, block.Path));
            }
        }

        return false;
    }

    /// <summary>Visits the chunks of the series stood on.</summary>
    public void ReadChunks(ChunkVisitor visit)
    {
        var (from, to) = Chunks();
        for (int chunk = from; chunk < to; chunk++)
        {
            try
            {
                if (_dataPageNumber != chunk / BlockFormat.PageItems)
                {
                    _dataPageNumber = None;
                    using var lease = block.Borrow();
                    block.UnpackData(chunk, _data, ref _dataRoom);
                    _dataPageNumber = chunk / BlockFormat.PageItems;
                }

                visit(_data.Chunk(chunk % BlockFormat.PageItems));
            }
            catch (CorruptDataException e)
            {
                Report(new CorruptDataException(e.Reason, block.Path, e.OffsetBytes));
                if (_dataPageNumber == None)
                {
                    chunk |= BlockFormat.PageItems - 1;
                }
            }
        }
    }

    /// <summary>Reports a chunk of the series stood on that does not decode; it is left out.</summary>
    public void ReportChunk(CorruptDataException e) =>
        Report(new CorruptDataException(e.Reason, block.Path, e.OffsetBytes));

    (int From, int To) Chunks()
    {
        try
        {
            using var lease = block.Borrow();
            return block.ChunksOf(_keys, _series);
        }
        catch (CorruptDataException e)
        {
            Report(new CorruptDataException(e.Reason, block.Path, e.OffsetBytes));
            return (0, 0);
        }
    }

    void Report(CorruptDataException damage)
    {
        IsDamaged = true;
        onDamage(damage);
    }
}

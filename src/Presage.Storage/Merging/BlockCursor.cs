using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Walks a block series by series, in order, a page at a time and past the page cache. Damaged pages are reported and
/// passed over: <see cref="IsDamaged"/> says afterwards that something is missing.
/// </summary>
sealed class BlockCursor(Block block, Action<CorruptDataException> onDamage)
{
    KeyPage? _keys;
    DataPage? _data;
    int _keyPageNumber = -1;
    int _dataPageNumber = -1;
    byte[] _host = [];
    int _series = -1;

    public Block Block => block;

    /// <summary>Whether pages were met that could not be read.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>The key of the series stood on.</summary>
    public byte[] Key { get; private set; } = [];

    /// <summary>Whether all series were passed.</summary>
    public bool IsAtEnd => _series >= block.Totals.Series;

    public string HostName => Encoding.UTF8.GetString(_host);

    /// <summary>The order of series in blocks: by host, then key.</summary>
    public int CompareTo(BlockCursor other)
    {
        int order = _host.AsSpan().SequenceCompareTo(other._host);
        return order != 0 ? order : Key.AsSpan().SequenceCompareTo(other.Key);
    }

    /// <summary>Moves to the next series; false behind the last.</summary>
    public bool MoveNext()
    {
        while (++_series < block.Totals.Series)
        {
            try
            {
                if (_keys is null || _keyPageNumber != _series / BlockFormat.PageItems)
                {
                    _keyPageNumber = _series / BlockFormat.PageItems;
                    _keys = null;
                    using var lease = block.Borrow();
                    _keys = block.UnpackKeys(_series);
                }

                Key = _keys.Key(_series % BlockFormat.PageItems).ToArray();
                var host = SeriesKey.HostOf(Key);
                _host = _host.AsSpan().SequenceEqual(host) ? _host : host.ToArray();
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
        using var whole = block.Borrow();
        var (from, to) = block.ChunksOf(_keys!, _series);
        for (int chunk = from; chunk < to; chunk++)
        {
            try
            {
                if (_data is null || _dataPageNumber != chunk / BlockFormat.PageItems)
                {
                    _dataPageNumber = chunk / BlockFormat.PageItems;
                    _data = null;
                    using var lease = block.Borrow();
                    _data = block.UnpackData(chunk);
                }

                visit(_data.Chunk(chunk % BlockFormat.PageItems));
            }
            catch (CorruptDataException e)
            {
                Report(new CorruptDataException(e.Reason, block.Path, e.OffsetBytes));
                if (_data is null)
                {
                    chunk |= BlockFormat.PageItems - 1;
                }
            }
        }
    }

    void Report(CorruptDataException damage)
    {
        IsDamaged = true;
        onDamage(damage);
    }
}

using System.Numerics;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// The chunks of one series out of several blocks: their bytes, and their samples joined in the order of time. Reused
/// from series to series.
/// </summary>
sealed class SeriesChunks
{
    /// <summary>Chunks filled less than this on average are written anew: every chunk costs some 20 bytes.</summary>
    const double FillMin = 0.7;

    readonly List<(int TimeAt, int TimeLength, int ValuesAt, int ValuesLength)> _chunks = [];
    byte[] _bytes = new byte[1 << 16];
    int _length;
    bool _changed;

    /// <summary>All samples, ascending, once <see cref="Join"/> was called.</summary>
    public SampleColumns Samples { get; } = new();

    public void Clear()
    {
        _chunks.Clear();
        _length = 0;
        _changed = false;
        Samples.Clear();
    }

    /// <summary>Adds a chunk.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a chunk.</exception>
    public void Add(ChunkReader chunk)
    {
        int before = Samples.Count;
        Samples.Extend(chunk.Count, out var times, out var values);
        try
        {
            chunk.Read(times, values);
        }
        catch (CorruptDataException)
        {
            Samples.Truncate(before);
            throw;
        }

        int timeAt = Copy(chunk.TimeBytes), valuesAt = Copy(chunk.ValueBytes);
        _chunks.Add((timeAt, chunk.TimeBytes.Length, valuesAt, chunk.ValueBytes.Length));
    }

    /// <summary>Puts the samples in order; of one timestamp the one stays that beats the others.</summary>
    public void Join()
    {
        if (!IsAscending(Samples.TimestampsMs))
        {
            _changed = true;
            SampleOrder.Restore(Samples, 0);
        }
    }

    /// <summary>Drops the samples of a span.</summary>
    public void Drop(TimeRange range)
    {
        _changed |= SampleRanges.Drop(Samples, 0, range);
    }

    /// <summary>Writes the samples: the chunks as they are where nothing changed and they are well filled.</summary>
    public void WriteTo(BlockWriter writer)
    {
        if (!_changed && Samples.Count >= _chunks.Count * Chunk.SamplesMax * FillMin ||
            (!_changed && _chunks.Count == 1))
        {
            foreach (var chunk in _chunks)
            {
                writer.AddChunk(
                    _bytes.AsSpan(chunk.TimeAt, chunk.TimeLength), _bytes.AsSpan(chunk.ValuesAt, chunk.ValuesLength));
            }

            return;
        }

        ChunkEncoder.Write(Samples.TimestampsMs, Samples.Values, writer);
    }

    int Copy(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)BitOperations.RoundUpToPowerOf2((uint)(_length + bytes.Length)));
        }

        int at = _length;
        bytes.CopyTo(_bytes.AsSpan(at));
        _length += bytes.Length;
        return at;
    }

    static bool IsAscending(ReadOnlySpan<long> times)
    {
        for (int i = 1; i < times.Length; i++)
        {
            if (times[i] <= times[i - 1])
            {
                return false;
            }
        }

        return true;
    }
}

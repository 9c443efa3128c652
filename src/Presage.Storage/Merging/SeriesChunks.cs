// Hot path: every chunk of every merge passes here. Budget: 100 ns a chunk that is copied.
using System.Numerics;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// The chunks of one series out of several blocks, as bytes. They are decoded only where somebody needs the samples:
/// where chunks overlap, something is deleted, roll-ups are made, or many are badly filled. Otherwise they are written
/// again as they are. Reused from series to series.
/// </summary>
sealed class SeriesChunks
{
    /// <summary>Chunks filled less than this on average are written anew: every chunk costs some 20 bytes.</summary>
    const double FillMin = 0.85;

    readonly List<Piece> _pieces = [];
    readonly ChunkTimes _times = new();
    readonly SampleColumns _samples = new();
    readonly ChunkVisitor _add;
    BlockCursor? _source;
    byte[] _bytes = new byte[1 << 16];
    int _length;
    int _count;
    bool _overlap;
    bool _decoded;
    bool _changed;
    IReadOnlyList<Tombstone> _deletions = [];

    public SeriesChunks() => _add = Add;

    /// <summary>Whether there are no samples.</summary>
    public bool IsEmpty => _decoded ? _samples.Count == 0 : _count == 0;

    /// <summary>All samples, ascending, of one timestamp the one that beats the others.</summary>
    public SampleColumns Samples
    {
        get
        {
            Decode();
            return _samples;
        }
    }

    public void Clear()
    {
        _pieces.Clear();
        _length = _count = 0;
        _overlap = _decoded = _changed = false;
        _deletions = [];
        _samples.Clear();
    }

    /// <summary>Adds the chunks of the series that a block's cursor stands on.</summary>
    public void AddFrom(BlockCursor cursor)
    {
        _source = cursor;
        cursor.ReadChunks(_add);
    }

    /// <summary>Decodes all chunks; those that are damaged are reported and left out.</summary>
    public void Decode()
    {
        if (_decoded)
        {
            return;
        }

        _decoded = true;
        foreach (ref readonly var piece in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pieces))
        {
            int before = _samples.Count;
            _samples.Extend(piece.Span.Count, out var times, out var values);
            try
            {
                _times.Read(TimeOf(piece), times);
                ValueColumn.Read(ValuesOf(piece), values);
            }
            catch (CorruptDataException e)
            {
                _samples.Truncate(before);
                _changed = true;
                piece.Source.ReportChunk(e);
            }

            foreach (var deletion in _deletions)
            {
                _changed |= deletion.DropFrom(piece.Source.Block, _samples, before);
            }
        }

        if (_overlap)
        {
            SampleOrder.Restore(_samples, 0);
        }
    }

    /// <summary>Drops what deletions are for.</summary>
    public void Drop(IReadOnlyList<Tombstone> deletions)
    {
        if (deletions.Count > 0)
        {
            _deletions = deletions;
            _decoded = false;
            _samples.Clear();
            Decode();
        }
    }

    /// <summary>Writes the samples: the chunks as they are where nothing changed and they are well filled.</summary>
    public void WriteTo(BlockWriter writer)
    {
        bool copies = !_overlap && !_changed &&
            (_pieces.Count == 1 || _count >= _pieces.Count * Chunk.SamplesMax * FillMin);
        if (!copies)
        {
            ChunkEncoder.Write(Samples.TimestampsMs, Samples.Values, writer);
            return;
        }

        foreach (ref readonly var piece in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pieces))
        {
            writer.AddChunk(TimeOf(piece), ValuesOf(piece), piece.Span);
        }
    }

    void Add(ChunkReader chunk)
    {
        var span = _times.SpanOf(chunk.TimeBytes);
        int timeLength = chunk.TimeBytes.Length, valuesLength = chunk.ValueBytes.Length;
        if (_length + timeLength + valuesLength > _bytes.Length)
        {
            Array.Resize(
                ref _bytes, (int)BitOperations.RoundUpToPowerOf2((uint)(_length + timeLength + valuesLength)));
        }

        chunk.TimeBytes.CopyTo(_bytes.AsSpan(_length));
        chunk.ValueBytes.CopyTo(_bytes.AsSpan(_length + timeLength));
        _overlap |= _pieces.Count > 0 && span.FirstMs <= _pieces[^1].Span.LastMs;
        _pieces.Add(new Piece(_length, timeLength, valuesLength, span, _source!));
        _length += timeLength + valuesLength;
        _count += span.Count;
    }

    ReadOnlySpan<byte> TimeOf(in Piece piece) => _bytes.AsSpan(piece.At, piece.TimeLength);

    ReadOnlySpan<byte> ValuesOf(in Piece piece) => _bytes.AsSpan(piece.At + piece.TimeLength, piece.ValuesLength);

    readonly record struct Piece(int At, int TimeLength, int ValuesLength, ChunkSpan Span, BlockCursor Source);
}

using System.Buffers.Binary;
using System.Text.Unicode;
using Presage.Metrics;

namespace Presage.Protocols.Tsdb;

/// <summary>
/// Walks the series of a Prometheus block's <c>index</c> file, version 2
/// (https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/index.md): symbols, then series with their
/// labels and the places of their chunks. Postings are not needed and not read.
/// </summary>
public sealed class TsdbIndex
{
    const uint Magic = 0xBAAAD700;
    const int TocBytes = 52, HeaderBytes = 5;

    readonly ReadOnlyMemory<byte> _file;
    readonly List<(int At, int Length)> _symbols = [];
    readonly List<TsdbChunk> _chunks = [];
    int _at;
    int _end;

    TsdbIndex(ReadOnlyMemory<byte> file) => _file = file;

    /// <summary>The chunks of the series read last.</summary>
    public IReadOnlyList<TsdbChunk> Chunks => _chunks;

    /// <summary>The number of the series read last, as tombstones name it.</summary>
    public ulong SeriesRef { get; private set; }

    /// <summary>How far reading has come, 0 to 1.</summary>
    public double Progress => _file.Length == 0 ? 1 : (double)_at / _end;

    /// <exception cref="InvalidDataException">It is no such file, or broken.</exception>
    public static TsdbIndex Open(ReadOnlyMemory<byte> file)
    {
        var span = file.Span;
        if (span.Length < HeaderBytes + TocBytes || BinaryPrimitives.ReadUInt32BigEndian(span) != Magic)
        {
            throw new InvalidDataException("the file is not the index of a Prometheus block");
        }

        if (span[4] != 2)
        {
            throw new InvalidDataException($"the index has version {span[4]}; 2 is supported (Prometheus 2.3 on)");
        }

        var toc = span[^TocBytes..];
        Check(toc[..48], toc[48..], "table of contents");
        var index = new TsdbIndex(file);
        long symbols = Offset(toc, 0), series = Offset(toc, 1);
        long end = span.Length - TocBytes;
        for (int i = 0; i < 6; i++)
        {
            long next = Offset(toc, i);
            end = next > series && next < end ? next : end;
        }

        if (symbols >= span.Length || series > span.Length)
        {
            throw new InvalidDataException("the table of contents points behind the end of the file");
        }

        index.ReadSymbols((int)symbols);
        index._at = (int)series;
        index._end = (int)end;
        return index;
    }

    /// <summary>Reads the next series: adds it, without samples, to the batch. False at the end.</summary>
    /// <exception cref="InvalidDataException">The series is broken.</exception>
    public bool Read(SampleBatch batch)
    {
        var span = _file.Span;
        int start = (_at + 15) & ~15;
        if (start >= _end)
        {
            return false;
        }

        SeriesRef = (ulong)start / 16;
        var reader = new TsdbBytes(span[.._end], start);
        int length = (int)Math.Min(reader.ReadUvarint(), int.MaxValue);
        if (length == 0 || reader.IsBroken || length > _end - reader.At - 4)
        {
            throw new InvalidDataException($"the series at {start} reaches behind the end of its section");
        }

        Check(span.Slice(reader.At, length), span.Slice(reader.At + length, 4), $"series at {start}");
        _at = reader.At + length + 4;
        var body = new TsdbBytes(span[..(reader.At + length)], reader.At);
        ReadLabels(ref body, batch, start);
        ReadChunks(ref body, start);
        return true;
    }

    void ReadSymbols(int at)
    {
        var span = _file.Span;
        int length = at + 8 <= span.Length ? (int)BinaryPrimitives.ReadUInt32BigEndian(span[at..]) : -1;
        if (length < 4 || length > span.Length - at - 8)
        {
            throw new InvalidDataException("the symbol table reaches behind the end of the file");
        }

        Check(span.Slice(at + 4, length), span.Slice(at + 4 + length, 4), "symbol table");
        uint count = BinaryPrimitives.ReadUInt32BigEndian(span[(at + 4)..]);
        var reader = new TsdbBytes(span[..(at + 4 + length)], at + 8);
        for (uint i = 0; i < count; i++)
        {
            int symbol = (int)Math.Min(reader.ReadUvarint(), int.MaxValue);
            if (reader.IsBroken || !reader.Skip(symbol))
            {
                throw new InvalidDataException($"symbol {i} of {count} is broken");
            }

            _symbols.Add((reader.At - symbol, symbol));
        }
    }

    void ReadLabels(ref TsdbBytes body, SampleBatch batch, int start)
    {
        ulong labels = body.ReadUvarint();
        batch.BeginSeries();
        for (ulong i = 0; i < labels && !body.IsBroken; i++)
        {
            var name = Symbol(body.ReadUvarint(), start);
            var value = Symbol(body.ReadUvarint(), start);
            if (!Utf8.IsValid(name) || !Utf8.IsValid(value))
            {
                throw new InvalidDataException($"a label of the series at {start} is not UTF-8");
            }

            batch.AddLabel(name, value);
        }

        if (body.IsBroken || !batch.EndLabels())
        {
            throw new InvalidDataException($"the labels of the series at {start} are broken");
        }
    }

    void ReadChunks(ref TsdbBytes body, int start)
    {
        _chunks.Clear();
        ulong count = body.ReadUvarint();
        long end = 0, place = 0;
        for (ulong i = 0; i < count && !body.IsBroken; i++)
        {
            long begin = i == 0 ? body.ReadVarint() : end + (long)body.ReadUvarint();
            end = begin + (long)body.ReadUvarint();
            place = i == 0 ? (long)body.ReadUvarint() : place + body.ReadVarint();
            _chunks.Add(new TsdbChunk(begin, end, (int)(place >> 32), (uint)place));
        }

        if (body.IsBroken)
        {
            throw new InvalidDataException($"the chunks of the series at {start} are broken");
        }
    }

    ReadOnlySpan<byte> Symbol(ulong number, int start)
    {
        if (number >= (ulong)_symbols.Count)
        {
            throw new InvalidDataException(
                $"the series at {start} names symbol {number}, and there are {_symbols.Count}");
        }

        var (at, length) = _symbols[(int)number];
        return _file.Span.Slice(at, length);
    }

    static long Offset(ReadOnlySpan<byte> toc, int number) =>
        (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(toc[(number * 8)..]), int.MaxValue);

    static void Check(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> checksum, string what)
    {
        if (TsdbChecksum.Of(bytes) != BinaryPrimitives.ReadUInt32BigEndian(checksum))
        {
            throw new InvalidDataException($"the checksum of the {what} is wrong");
        }
    }
}

/// <summary>Where a chunk lies: its time, the number of its file from 0, its offset there.</summary>
public readonly record struct TsdbChunk(long FromMs, long ToMs, int Segment, uint Offset);

using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Presage.Protocols.Tsdb;

namespace Presage.Import;

/// <summary>The files <c>chunks/000001</c> … of a Prometheus block; every chunk read is checked.</summary>
sealed class TsdbChunkFiles(DirectoryInfo block) : IDisposable
{
    public const byte Xor = 1;
    const uint Magic = 0x85BD40DD;

    /// <summary>A chunk of 120 samples has about 200 bytes; Prometheus ends them at 1 kB, histograms later.</summary>
    const int FirstBytes = 4096, ChunkBytesMax = 1 << 20;

    readonly Dictionary<int, SafeFileHandle> _files = [];
    byte[] _buffer = new byte[FirstBytes];

    /// <summary>The data of a chunk, valid until the next call.</summary>
    /// <exception cref="InvalidDataException">The file or the chunk is broken.</exception>
    public ReadOnlySpan<byte> Read(TsdbChunk chunk, out byte encoding)
    {
        var file = File(chunk.Segment);
        int read = RandomAccess.Read(file, _buffer, chunk.Offset);
        int length = 0, at = 0;
        for (int shift = 0; at < Math.Min(5, read); shift += 7)
        {
            byte part = _buffer[at++];
            length |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                break;
            }
        }

        // length (varint) encoding (1) data crc (4)
        int whole = at + 1 + length + 4;
        if (length is <= 0 or > ChunkBytesMax)
        {
            throw Broken(chunk, $"its length is {length}");
        }

        if (whole > _buffer.Length)
        {
            _buffer = new byte[whole];
            read = RandomAccess.Read(file, _buffer, chunk.Offset);
        }

        if (read < whole)
        {
            throw Broken(chunk, "it reaches behind the end of the file");
        }

        var body = _buffer.AsSpan(at, 1 + length);
        if (TsdbChecksum.Of(body) != BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(at + 1 + length)))
        {
            throw Broken(chunk, "its checksum is wrong");
        }

        encoding = body[0];
        return body[1..];
    }

    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
    }

    SafeFileHandle File(int segment)
    {
        if (_files.TryGetValue(segment, out var known))
        {
            return known;
        }

        string path = Path.Combine(block.FullName, "chunks", $"{segment + 1:D6}");
        if (!System.IO.File.Exists(path))
        {
            throw new InvalidDataException($"chunks/{segment + 1:D6} is missing");
        }

        var file = System.IO.File.OpenHandle(path);
        _files.Add(segment, file);
        Span<byte> header = stackalloc byte[8];
        if (RandomAccess.Read(file, header, 0) < 8 || BinaryPrimitives.ReadUInt32BigEndian(header) != Magic
            || header[4] != 1)
        {
            throw new InvalidDataException($"chunks/{segment + 1:D6} is not a file of chunks of version 1");
        }

        return file;
    }

    static InvalidDataException Broken(TsdbChunk chunk, string why) =>
        new($"the chunk at {chunk.Offset} of chunks/{chunk.Segment + 1:D6} is broken: {why}");
}

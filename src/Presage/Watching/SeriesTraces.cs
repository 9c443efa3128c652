using System.Buffers.Binary;
using System.IO.Hashing;
using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// The file of all series' traces, written whole and renamed into place: docs/formats/detection-state.md, "Traces of
/// all series". In blocks with a checksum each, so that damage costs the series of a block and no others.
/// </summary>
static class SeriesTraces
{
    /// <summary>Below the data folder.</summary>
    public const string FileName = "series-traces.bin";

    /// <summary>Series of a block; the last one may have fewer.</summary>
    public const int BlockSeries = 1_024;

    const int Version = 2;
    const int VersionWhole = 1;
    const int HeaderBytes = 16;
    const int HashBytes = 8;
    const int ChecksumBytes = 8;

    static ReadOnlySpan<byte> Magic => "PRESTRC\n"u8;

    static int EntryBytes => HashBytes + SeriesTrace.Bytes;

    /// <summary>Writes all traces; what was there before stays when that fails.</summary>
    public static void Write(string path, IEnumerable<(ulong KeyHash, SeriesTrace Trace)> traces)
    {
        string fresh = path + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            byte[] header = new byte[HeaderBytes];
            Magic.CopyTo(header);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), SeriesTrace.Bytes);
            file.Write(header);
            byte[] block = new byte[BlockSeries * EntryBytes];
            int length = 0;
            foreach (var (keyHash, trace) in traces)
            {
                var entry = block.AsSpan(length, EntryBytes);
                BinaryPrimitives.WriteUInt64LittleEndian(entry, keyHash);
                trace.Save(entry[HashBytes..]);
                length += EntryBytes;
                length = length == block.Length ? Put(length) : length;
            }

            Put(length);

            int Put(int bytes)
            {
                if (bytes > 0)
                {
                    file.Write(block.AsSpan(0, bytes));
                    file.Write(XxHash3.Hash(block.AsSpan(0, bytes)));
                }

                return 0;
            }
        }

        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>
    /// Reads all traces that can be used; null when there are none. What is wrong with the others stands in
    /// <paramref name="problem"/>.
    /// </summary>
    public static List<(ulong KeyHash, SeriesTrace Trace)>? Read(string path, out string? problem)
    {
        problem = null;
        if (!File.Exists(path))
        {
            return null;
        }

        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < HeaderBytes || !bytes.AsSpan().StartsWith(Magic))
        {
            problem = "it is damaged: all series are learned anew";
            return null;
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        int size = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        if (version is not (Version or VersionWhole) || size != SeriesTrace.Bytes)
        {
            problem = $"it has version {version}, this version of Presage reads {VersionWhole} and {Version}: " +
                "all series are learned anew";
            return null;
        }

        return version == Version ? ReadBlocks(bytes, out problem) : ReadWhole(bytes, out problem);
    }

    static List<(ulong KeyHash, SeriesTrace Trace)> ReadBlocks(byte[] bytes, out string? problem)
    {
        var traces = new List<(ulong, SeriesTrace)>(bytes.Length / EntryBytes);
        int blocks = 0, damaged = 0;
        var left = bytes.AsSpan(HeaderBytes..);
        while (left.Length > 0)
        {
            var block = left[..Math.Min(left.Length, (BlockSeries * EntryBytes) + ChecksumBytes)];
            left = left[block.Length..];
            blocks++;
            damaged += TryReadBlock(block, traces) ? 0 : 1;
        }

        problem = damaged == 0
            ? null
            : $"{damaged} of its {blocks} blocks are damaged: the series in them, {BlockSeries} at most in each, are " +
                "learned anew";
        return traces;
    }

    /// <summary>The one block of version 1, with a checksum over all of the file.</summary>
    static List<(ulong KeyHash, SeriesTrace Trace)>? ReadWhole(byte[] bytes, out string? problem)
    {
        bool isWhole = bytes.Length >= HeaderBytes + ChecksumBytes &&
            XxHash3.Hash(bytes.AsSpan(..^ChecksumBytes)).AsSpan().SequenceEqual(bytes.AsSpan(^ChecksumBytes..));
        problem = isWhole ? null : "it is damaged: all series are learned anew";
        var traces = new List<(ulong, SeriesTrace)>();
        if (isWhole)
        {
            Take(bytes.AsSpan(HeaderBytes..^ChecksumBytes), traces);
        }

        return isWhole ? traces : null;
    }

    static bool TryReadBlock(ReadOnlySpan<byte> block, List<(ulong, SeriesTrace)> traces)
    {
        int length = block.Length - ChecksumBytes;
        if (length < 0 || length % EntryBytes != 0 ||
            !XxHash3.Hash(block[..length]).AsSpan().SequenceEqual(block[length..]))
        {
            return false;
        }

        Take(block[..length], traces);
        return true;
    }

    static void Take(ReadOnlySpan<byte> entries, List<(ulong, SeriesTrace)> traces)
    {
        for (; entries.Length >= EntryBytes; entries = entries[EntryBytes..])
        {
            // A trace with impossible numbers is left out: that series is learned anew.
            if (SeriesTrace.TryRead(entries.Slice(HashBytes, SeriesTrace.Bytes), out var trace))
            {
                traces.Add((BinaryPrimitives.ReadUInt64LittleEndian(entries), trace));
            }
        }
    }
}

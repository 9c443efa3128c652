using System.Buffers.Binary;
using System.IO.Hashing;
using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// A file of what is known of all series, of one size each, written whole and renamed into place:
/// docs/formats/detection-state.md, "Traces of all series" and "Rhythms of all series". In blocks with a checksum each,
/// so that damage costs the series of a block and no others.
/// </summary>
sealed class SeriesStates<T>
    where T : struct
{
    /// <summary>Series of a block; the last one may have fewer.</summary>
    public const int BlockSeries = 1_024;

    const int HeaderBytes = 16;
    const int HashBytes = 8;
    const int ChecksumBytes = 8;

    readonly byte[] _magic;
    readonly SeriesStateVersion<T>[] _versions;

    /// <param name="magic">The first eight bytes of the file.</param>
    /// <param name="versions">What can be read, the one that is written last.</param>
    public SeriesStates(ReadOnlySpan<byte> magic, params SeriesStateVersion<T>[] versions)
    {
        _magic = magic.ToArray();
        _versions = versions;
    }

    SeriesStateVersion<T> Now => _versions[^1];

    /// <summary>Writes the states of all series; what was there before stays when that fails.</summary>
    /// <param name="save">Writes one into as many bytes as it takes.</param>
    public void Write(string path, IEnumerable<(ulong KeyHash, T State)> states, SaveState<T> save)
    {
        string fresh = path + ".new";
        int entryBytes = HashBytes + Now.Bytes;
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            byte[] header = new byte[HeaderBytes];
            _magic.CopyTo(header, 0);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Now.Version);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), Now.Bytes);
            file.Write(header);
            byte[] block = new byte[BlockSeries * entryBytes];
            int length = 0;
            foreach (var (keyHash, state) in states)
            {
                var entry = block.AsSpan(length, entryBytes);
                BinaryPrimitives.WriteUInt64LittleEndian(entry, keyHash);
                save(state, entry[HashBytes..]);
                length += entryBytes;
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
    /// Reads all that can be used; null when there is nothing. What is wrong with the rest stands in
    /// <paramref name="problem"/>.
    /// </summary>
    public List<(ulong KeyHash, T State)>? Read(string path, out string? problem)
    {
        problem = null;
        if (!File.Exists(path))
        {
            return null;
        }

        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < HeaderBytes || !bytes.AsSpan().StartsWith(_magic))
        {
            problem = "it is damaged: all series are learned anew";
            return null;
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        int size = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        if (Array.Find(_versions, known => known.Version == version && known.Bytes == size) is not { } written)
        {
            problem = $"it has version {version}, this version of Presage reads " +
                $"{string.Join(", ", _versions.Select(static known => known.Version))}: all series are learned anew";
            return null;
        }

        return written.IsInBlocks ? ReadBlocks(bytes, written, out problem) : ReadWhole(bytes, written, out problem);
    }

    static List<(ulong KeyHash, T State)> ReadBlocks(
        byte[] bytes, SeriesStateVersion<T> version, out string? problem)
    {
        int entryBytes = HashBytes + version.Bytes;
        var states = new List<(ulong, T)>(bytes.Length / entryBytes);
        int blocks = 0, damaged = 0;
        var left = bytes.AsSpan(HeaderBytes..);
        while (left.Length > 0)
        {
            var block = left[..Math.Min(left.Length, (BlockSeries * entryBytes) + ChecksumBytes)];
            left = left[block.Length..];
            blocks++;
            damaged += TryReadBlock(block, version, states) ? 0 : 1;
        }

        problem = damaged == 0
            ? null
            : $"{damaged} of its {blocks} blocks are damaged: the series in them, {BlockSeries} at most in each, are " +
                "learned anew";
        return states;
    }

    /// <summary>One block, with a checksum over all of the file.</summary>
    static List<(ulong KeyHash, T State)>? ReadWhole(
        byte[] bytes, SeriesStateVersion<T> version, out string? problem)
    {
        bool isWhole = bytes.Length >= HeaderBytes + ChecksumBytes &&
            XxHash3.Hash(bytes.AsSpan(..^ChecksumBytes)).AsSpan().SequenceEqual(bytes.AsSpan(^ChecksumBytes..));
        problem = isWhole ? null : "it is damaged: all series are learned anew";
        var states = new List<(ulong, T)>();
        if (isWhole)
        {
            Take(bytes.AsSpan(HeaderBytes..^ChecksumBytes), version, states);
        }

        return isWhole ? states : null;
    }

    static bool TryReadBlock(ReadOnlySpan<byte> block, SeriesStateVersion<T> version, List<(ulong, T)> states)
    {
        int length = block.Length - ChecksumBytes;
        if (length < 0 || length % (HashBytes + version.Bytes) != 0 ||
            !XxHash3.Hash(block[..length]).AsSpan().SequenceEqual(block[length..]))
        {
            return false;
        }

        Take(block[..length], version, states);
        return true;
    }

    static void Take(ReadOnlySpan<byte> entries, SeriesStateVersion<T> version, List<(ulong, T)> states)
    {
        int entryBytes = HashBytes + version.Bytes;
        for (; entries.Length >= entryBytes; entries = entries[entryBytes..])
        {
            // What has impossible numbers is left out: that series is learned anew.
            if (version.Read(entries.Slice(HashBytes, version.Bytes), out var state))
            {
                states.Add((BinaryPrimitives.ReadUInt64LittleEndian(entries), state));
            }
        }
    }
}

/// <summary>Writes a state.</summary>
delegate void SaveState<T>(T state, Span<byte> output)
    where T : struct;

/// <summary>Reads a state; false when those are not numbers it can have.</summary>
delegate bool ReadState<T>(ReadOnlySpan<byte> input, out T state)
    where T : struct;

/// <summary>A version of such a file.</summary>
/// <param name="Bytes">Of each state.</param>
/// <param name="IsInBlocks">Whether it is written in blocks, or has one checksum over all of it.</param>
sealed record SeriesStateVersion<T>(int Version, int Bytes, bool IsInBlocks, ReadState<T> Read)
    where T : struct;

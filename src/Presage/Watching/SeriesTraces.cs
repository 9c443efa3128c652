using System.Buffers.Binary;
using System.IO.Hashing;
using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// The file of all series' traces, written whole and renamed into place: docs/formats/detection-state.md, "Traces of
/// all series".
/// </summary>
static class SeriesTraces
{
    /// <summary>Below the data folder.</summary>
    public const string FileName = "series-traces.bin";

    const int Version = 1;
    const int HeaderBytes = 16;
    const int HashBytes = 8;

    static ReadOnlySpan<byte> Magic => "PRESTRC\n"u8;

    /// <summary>Writes all traces; what was there before stays when that fails.</summary>
    public static void Write(string path, IEnumerable<(ulong KeyHash, SeriesTrace Trace)> traces)
    {
        string fresh = path + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            var checksum = new XxHash3();
            byte[] header = new byte[HeaderBytes];
            Magic.CopyTo(header);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), SeriesTrace.Bytes);
            Put(header);
            byte[] entry = new byte[HashBytes + SeriesTrace.Bytes];
            foreach (var (keyHash, trace) in traces)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(entry, keyHash);
                trace.Save(entry.AsSpan(HashBytes));
                Put(entry);
            }

            file.Write(checksum.GetCurrentHash());

            void Put(byte[] bytes)
            {
                checksum.Append(bytes);
                file.Write(bytes);
            }
        }

        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>
    /// Reads all traces; null when there is no file. What is wrong with it stands in <paramref name="problem"/>: none
    /// of it is used then.
    /// </summary>
    public static List<(ulong KeyHash, SeriesTrace Trace)>? Read(string path, out string? problem)
    {
        problem = null;
        if (!File.Exists(path))
        {
            return null;
        }

        byte[] bytes = File.ReadAllBytes(path);
        problem = "it is damaged";
        if (bytes.Length < HeaderBytes + HashBytes || !bytes.AsSpan().StartsWith(Magic))
        {
            return null;
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        if (version != Version)
        {
            problem = $"it has version {version}, this version of Presage reads {Version}";
            return null;
        }

        int size = HashBytes + SeriesTrace.Bytes;
        var entries = bytes.AsSpan(HeaderBytes..^HashBytes);
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)) != SeriesTrace.Bytes ||
            entries.Length % size != 0 ||
            !XxHash3.Hash(bytes.AsSpan(..^HashBytes)).AsSpan().SequenceEqual(bytes.AsSpan(^HashBytes..)))
        {
            return null;
        }

        var traces = new List<(ulong, SeriesTrace)>(entries.Length / size);
        for (; entries.Length > 0; entries = entries[size..])
        {
            // A trace with impossible numbers is left out: that series is learned anew.
            if (SeriesTrace.TryRead(entries[HashBytes..], out var trace))
            {
                traces.Add((BinaryPrimitives.ReadUInt64LittleEndian(entries), trace));
            }
        }

        problem = null;
        return traces;
    }
}

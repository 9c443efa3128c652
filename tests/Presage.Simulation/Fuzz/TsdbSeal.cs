using System.Buffers.Binary;
using Presage.Protocols.Tsdb;

namespace Presage.Simulation;

/// <summary>Makes checksums of a Prometheus block right again, so that readers believe what was changed.</summary>
static class TsdbSeal
{
    const int TocBytes = 52;

    /// <summary>Makes the checksums right again of the table of contents, the symbols and each series.</summary>
    public static void Index(byte[] file)
    {
        if (file.Length < TocBytes)
        {
            return;
        }

        int toc = file.Length - TocBytes;
        Block(file, toc, TocBytes - 4);
        long symbols = BinaryPrimitives.ReadInt64BigEndian(file.AsSpan(toc));
        if (symbols >= 0 && symbols < file.Length - 8)
        {
            Block(file, symbols + 4, BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)symbols)));
        }

        long at = BinaryPrimitives.ReadInt64BigEndian(file.AsSpan(toc + 8));
        for (at = (at + 15) & ~15L; at >= 0 && at < toc - 2 && file[at] != 0; at = (at + 15) & ~15L)
        {
            int length = file[at] < 0x80 ? file[at] : (file[at] & 0x7F) | ((file[at + 1] & 0x7F) << 7);
            at += file[at] < 0x80 ? 1 : 2;
            Block(file, at, length);
            at += length + 4;
        }
    }

    /// <summary>Makes the checksum behind some bytes right again.</summary>
    public static void Block(byte[] file, long at, long length)
    {
        if (at + length + 4 <= file.Length)
        {
            uint checksum = TsdbChecksum.Of(file.AsSpan((int)at, (int)length));
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)(at + length)), checksum);
        }
    }
}

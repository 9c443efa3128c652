using System.Buffers.Binary;
using System.Numerics;

namespace Presage.Protocols.Tsdb;

/// <summary>CRC-32C (Castagnoli), as Prometheus puts it behind everything.</summary>
public static class TsdbChecksum
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}

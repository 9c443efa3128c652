using System.Buffers.Binary;

namespace Presage.Storage;

/// <summary>
/// Finds the content of a zstd frame that is one block stored as it is: zstd writes such frames where nothing is to
/// be gained, and that is most pages of chunks. Of the format only what such frames need (RFC 8878, 3.1.1).
/// </summary>
static class StoredFrame
{
    const uint Magic = 0xFD2FB528;
    const int FixedBytes = 5;
    const int BlockHeaderBytes = 3;

    /// <summary>The content; false where the frame is another one, or none.</summary>
    public static bool TryFind(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (frame.Length < FixedBytes || BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic)
        {
            return false;
        }

        // Bits 6-7: bytes of the content's size; 5: no window follows; 2: a checksum ends it; 0-1: a dictionary.
        int descriptor = frame[4], sizeFlag = descriptor >> 6;
        bool isSingle = (descriptor & 0x20) != 0;
        if ((descriptor & 0x0F) != 0)
        {
            return false;
        }

        int sizeBytes = sizeFlag == 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag;
        int at = FixedBytes + (isSingle ? 0 : 1) + sizeBytes;
        if (frame.Length < at + BlockHeaderBytes)
        {
            return false;
        }

        // Bit 0: the last block; 1-2: its kind, 0 is stored; 3-23: its size.
        int header = frame[at] | (frame[at + 1] << 8) | (frame[at + 2] << 16);
        int length = header >> 3;
        if ((header & 7) != 1 || frame.Length - at - BlockHeaderBytes != length)
        {
            return false;
        }

        content = frame[(at + BlockHeaderBytes)..];
        return true;
    }
}

// Hot path: every byte of every remote-write request. Budget: 40 ns a sample, that is 200 bytes.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Opens a snappy block (https://github.com/google/snappy/blob/main/format_description.txt) into a buffer of the right
/// size. Most of what metrics compress to are literals and copies of a few bytes: both are copied in steps of 16 bytes
/// wherever there is room for that. Tests compare it with the library, which also says what is wrong with a block.
/// </summary>
static class SnappyBlock
{
    const int Step = 16;

    /// <summary>The longest copy, and what steps may write beyond it.</summary>
    const int CopyRoom = 64 + Step;

    /// <summary>
    /// False when the block is broken, or does not hold exactly as much as the buffer has room for. The buffer's
    /// content is meaningless then.
    /// </summary>
    /// <param name="block">The block behind its length prefix.</param>
    /// <param name="message">Filled.</param>
    public static bool TryDecompress(ReadOnlySpan<byte> block, Span<byte> message)
    {
        ref byte from = ref MemoryMarshal.GetReference(block);
        ref byte to = ref MemoryMarshal.GetReference(message);
        int at = 0, done = 0;
        while (at < block.Length)
        {
            int tag = Unsafe.Add(ref from, at++);
            if ((tag & 3) == 0)
            {
                int length = (tag >> 2) + 1;
                if (length <= Step && block.Length - at >= Step && message.Length - done >= Step)
                {
                    CopyStep(ref Unsafe.Add(ref from, at), ref Unsafe.Add(ref to, done));
                }
                else if ((length <= 60 || ReadLength(block, ref at, ref length))
                    && length <= block.Length - at && length <= message.Length - done)
                {
                    block.Slice(at, length).CopyTo(message[done..]);
                }
                else
                {
                    return false;
                }

                at += length;
                done += length;
            }
            else if (ReadCopy(block, tag, ref at, out int length, out int offset)
                && offset > 0 && offset <= done && length <= message.Length - done)
            {
                Copy(ref to, done, offset, length, message.Length);
                done += length;
            }
            else
            {
                return false;
            }
        }

        return done == message.Length;
    }

    /// <summary>The length of a literal beyond 60 bytes: one to four bytes of length - 1.</summary>
    static bool ReadLength(ReadOnlySpan<byte> block, ref int at, ref int length)
    {
        int bytes = length - 60;
        if (bytes > block.Length - at)
        {
            return false;
        }

        uint read = 0;
        for (int i = 0; i < bytes; i++)
        {
            read |= (uint)block[at + i] << (8 * i);
        }

        at += bytes;
        length = (int)read + 1;
        return read < int.MaxValue;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ReadCopy(ReadOnlySpan<byte> block, int tag, ref int at, out int length, out int offset)
    {
        length = (tag >> 2) + 1;
        offset = 0;
        int left = block.Length - at;
        switch (tag & 3)
        {
            case 1 when left >= 1:
                length = ((tag >> 2) & 7) + 4;
                offset = ((tag >> 5) << 8) | block[at];
                at++;
                return true;
            case 2 when left >= 2:
                offset = BinaryPrimitives.ReadUInt16LittleEndian(block[at..]);
                at += 2;
                return true;
            case 3 when left >= 4:
                uint far = BinaryPrimitives.ReadUInt32LittleEndian(block[at..]);
                offset = far > int.MaxValue ? 0 : (int)far;
                at += 4;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Copies what lies before; a copy that overlaps itself repeats what it wrote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Copy(ref byte to, int done, int offset, int length, int size)
    {
        ref byte target = ref Unsafe.Add(ref to, done);
        ref byte source = ref Unsafe.Subtract(ref target, offset);
        if (offset >= Step && size - done >= CopyRoom)
        {
            CopyStep(ref source, ref target);
            for (int i = Step; i < length; i += Step)
            {
                CopyStep(ref Unsafe.Add(ref source, i), ref Unsafe.Add(ref target, i));
            }

            return;
        }

        for (int i = 0; i < length; i++)
        {
            Unsafe.Add(ref target, i) = Unsafe.Add(ref source, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void CopyStep(ref byte source, ref byte target) =>
        Vector128.LoadUnsafe(ref source).StoreUnsafe(ref target);
}

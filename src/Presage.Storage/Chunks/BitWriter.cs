// Hot path: a few calls per sample when a series' raw tail is compressed; one unaligned store per call.
using System.Buffers.Binary;

namespace Presage.Storage;

/// <summary>
/// Writes bits, least significant first, to a caller's buffer. The bits of an unfinished byte are handed on in
/// <see cref="Pending"/>, so that a stream can be continued later in another buffer.
/// </summary>
ref struct BitWriter(Span<byte> buffer, byte pending, int pendingBits)
{
    /// <summary>Room a write may touch behind the last byte.</summary>
    public const int SlackBytes = 8;

    readonly Span<byte> _buffer = buffer;
    ulong _bits = pending;

    /// <summary>Whole bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The unfinished byte; its upper bits are 0.</summary>
    public readonly byte Pending => (byte)_bits;

    /// <summary>Bits in <see cref="Pending"/>, 0 to 7.</summary>
    public int PendingBits { get; private set; } = pendingBits;

    /// <summary>Writes the lowest bits of a value (0 to 56 of them); the bits above must be 0.</summary>
    public void Write(ulong value, int count)
    {
        _bits |= value << PendingBits;
        int filled = PendingBits + count;
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[Length..], _bits);
        Length += filled >> 3;
        _bits >>= filled & ~7;
        PendingBits = filled & 7;
    }

    /// <summary>Writes all 64 bits.</summary>
    public void Write64(ulong value)
    {
        Write((uint)value, 32);
        Write(value >> 32, 32);
    }

    /// <summary>Writes the unfinished byte; the stream ends here.</summary>
    public void Finish()
    {
        if (PendingBits > 0)
        {
            _buffer[Length++] = (byte)_bits;
            _bits = 0;
            PendingBits = 0;
        }
    }
}

using System.Buffers.Binary;
using System.Text;

namespace Presage.Tests.Protocols;

/// <summary>
/// Writes protobuf by hand, valid or not, so that the decoder is not tested against its own twin alone.
/// </summary>
sealed class WireMessage
{
    readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public WireMessage Message(int field, WireMessage inner) => Bytes(field, inner.ToArray());

    public WireMessage Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public WireMessage Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        Raw((ulong)((field << 3) | 2));
        Raw((ulong)bytes.Length);
        _bytes.AddRange(bytes);
        return this;
    }

    public WireMessage Varint(int field, ulong value)
    {
        Raw((ulong)(field << 3));
        Raw(value);
        return this;
    }

    public WireMessage Fixed64(int field, double value)
    {
        Raw((ulong)((field << 3) | 1));
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    public WireMessage Fixed32(int field)
    {
        Raw((ulong)((field << 3) | 5));
        _bytes.AddRange(new byte[4]);
        return this;
    }

    void Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
    }
}

// Hot path: runs per field of every received message. No allocation unless the bytes are broken.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Presage.Protocols.Protobuf;

/// <summary>
/// Walks the fields of one protobuf message over a span. Every method returns false at malformed bytes and leaves
/// <see cref="Problem"/> and <see cref="Position"/> saying what and where. Groups (wire types 3 and 4, removed from
/// proto3) are malformed. <c>origin</c> is the offset of the span in the whole message, so that positions of nested
/// messages add up.
/// </summary>
ref struct ProtobufReader(ReadOnlySpan<byte> bytes, int origin)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;
    readonly int _origin = origin;
    int _at;

    /// <summary>What was wrong, null while all is well.</summary>
    public string? Problem { get; private set; }

    public readonly int Position => _origin + _at;

    public readonly bool AtEnd => _at >= _bytes.Length;

    /// <summary>The offset in this span, for <see cref="Rewind"/>.</summary>
    public readonly int Offset => _at;

    /// <summary>Goes back to an offset seen before.</summary>
    public void Rewind(int offset) => _at = offset;

    /// <summary>Reads a tag: field number (1 to 2^29-1) and wire type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ReadTag(out int field, out WireType type)
    {
        if (_at < _bytes.Length && _bytes[_at] is < 0x80 and >= 0x08 and var tag)
        {
            _at++;
            field = tag >> 3;
            type = (WireType)(tag & 7);
            return true;
        }

        return ReadTagSlow(out field, out type);
    }

    public bool ReadVarint(out ulong value)
    {
        value = 0;
        int start = _at;
        for (int shift = 0; _at < _bytes.Length; shift += 7)
        {
            ulong part = _bytes[_at++];
            if (shift == 63 && part > 1)
            {
                _at = start;
                return Fail("a varint is longer than 64 bits");
            }

            value |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        _at = start;
        return Fail("the message ends within a varint");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ReadDouble(out double value)
    {
        if (_bytes.Length - _at < 8)
        {
            value = 0;
            return Fail("the message ends within a 64-bit value");
        }

        value = BinaryPrimitives.ReadDoubleLittleEndian(_bytes[_at..]);
        _at += 8;
        return true;
    }

    /// <summary>Reads a length-prefixed value; <paramref name="position"/> is where its first byte stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ReadBytes(out ReadOnlySpan<byte> value, out int position)
    {
        if (_at < _bytes.Length && _bytes[_at] is < 0x80 and var length && length < _bytes.Length - _at)
        {
            _at++;
            position = _origin + _at;
            value = _bytes.Slice(_at, length);
            _at += length;
            return true;
        }

        // Most series take more than 127 bytes and fewer than 16,384.
        if (_at + 1 < _bytes.Length && _bytes[_at + 1] is < 0x80 and var high
            && ((high << 7) | (_bytes[_at] & 0x7F)) is var two && two <= _bytes.Length - _at - 2
            && _bytes[_at] >= 0x80)
        {
            _at += 2;
            position = _origin + _at;
            value = _bytes.Slice(_at, two);
            _at += two;
            return true;
        }

        return ReadBytesSlow(out value, out position);
    }

    /// <summary>Skips a field's value of any supported wire type.</summary>
    public bool Skip(WireType type)
    {
        switch (type)
        {
            case WireType.Varint:
                return ReadVarint(out _);
            case WireType.Bytes:
                return ReadBytes(out _, out _);
            case WireType.Fixed64:
                return ReadDouble(out _);
            case WireType.Fixed32 when _bytes.Length - _at >= 4:
                _at += 4;
                return true;
            case WireType.Fixed32:
                return Fail("the message ends within a 32-bit value");
            default:
                return Fail($"wire type {(int)type} is not part of proto3");
        }
    }

    /// <summary>Ends reading: what a nested message holds is malformed.</summary>
    public bool Reject(string problem) => Fail(problem);

    bool ReadTagSlow(out int field, out WireType type)
    {
        field = 0;
        type = default;
        int start = _at;
        if (!ReadVarint(out ulong tag))
        {
            return false;
        }

        if (tag > uint.MaxValue || tag >> 3 == 0)
        {
            _at = start;
            return Fail($"field number {tag >> 3} does not exist");
        }

        field = (int)(tag >> 3);
        type = (WireType)(tag & 7);
        return true;
    }

    bool ReadBytesSlow(out ReadOnlySpan<byte> value, out int position)
    {
        value = default;
        position = 0;
        int start = _at;
        if (!ReadVarint(out ulong length))
        {
            return false;
        }

        if (length > (ulong)(_bytes.Length - _at))
        {
            int left = _bytes.Length - _at;
            _at = start;
            return Fail($"a length of {length} bytes exceeds the {left} bytes left");
        }

        position = _origin + _at;
        value = _bytes.Slice(_at, (int)length);
        _at += (int)length;
        return true;
    }

    bool Fail(string problem)
    {
        Problem = problem;
        return false;
    }
}

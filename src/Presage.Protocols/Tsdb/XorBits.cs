namespace Presage.Protocols.Tsdb;

/// <summary>Reads bits, highest first. Behind the end zeros are read and <see cref="IsBroken"/> is set.</summary>
ref struct XorBits(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;
    int _at;
    ulong _buffer;
    int _bits;

    public bool IsBroken { get; private set; }

    public bool ReadBit() => ReadBits(1) != 0;

    /// <summary>Reads 0 to 64 bits.</summary>
    public ulong ReadBits(int count)
    {
        ulong value = 0;
        while (count > 0)
        {
            if (_bits == 0 && !Fill())
            {
                return 0;
            }

            int taken = Math.Min(count, _bits);
            value = (taken == 64 ? 0 : value << taken) | (_buffer >> (64 - taken));
            _buffer = taken == 64 ? 0 : _buffer << taken;
            _bits -= taken;
            count -= taken;
        }

        return value;
    }

    /// <summary>Reads an unsigned varint, eight bits at a time.</summary>
    public ulong ReadUvarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            ulong part = ReadBits(8);
            value |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        IsBroken = true;
        return 0;
    }

    /// <summary>Reads a zigzag varint.</summary>
    public long ReadVarint()
    {
        ulong value = ReadUvarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    bool Fill()
    {
        if (_at >= _bytes.Length)
        {
            IsBroken = true;
            return false;
        }

        int taken = Math.Min(8, _bytes.Length - _at);
        _buffer = 0;
        for (int i = 0; i < taken; i++)
        {
            _buffer |= (ulong)_bytes[_at++] << (56 - (8 * i));
        }

        _bits = taken * 8;
        return true;
    }
}

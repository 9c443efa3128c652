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

    /// <summary>
    /// Reads a value that is told by its difference (XOR) to the one before; false where it has more than 64 bits.
    /// </summary>
    public bool ReadValue(ref ulong bits, ref int leading, ref int trailing)
    {
        if (!ReadBit())
        {
            return true;
        }

        if (ReadBit())
        {
            leading = (int)ReadBits(5);
            int significant = (int)ReadBits(6);
            significant = significant == 0 ? 64 : significant;
            trailing = 64 - leading - significant;
            if (trailing < 0)
            {
                return false;
            }
        }

        bits ^= ReadBits(64 - leading - trailing) << trailing;
        return true;
    }

    /// <summary>Reads a signed number of as many bits as ones before it tell.</summary>
    public long ReadVarbit()
    {
        int size = ReadSize();
        long bits = (long)ReadBits(size);
        return size is > 0 and < 64 && bits > 1L << (size - 1) ? bits - (1L << size) : bits;
    }

    /// <summary>The same of an unsigned one.</summary>
    public ulong ReadUnsignedVarbit() => ReadBits(ReadSize());

    int ReadSize()
    {
        int ones = 0;
        while (ones < 8 && ReadBit())
        {
            ones++;
        }

        return ones switch { 0 => 0, 1 => 3, 2 => 6, 3 => 9, 4 => 12, 5 => 18, 6 => 25, 7 => 56, _ => 64 };
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

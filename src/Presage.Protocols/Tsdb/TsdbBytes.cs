namespace Presage.Protocols.Tsdb;

/// <summary>Reads varints of a Prometheus file; behind the end zeros, and <see cref="IsBroken"/> is set.</summary>
ref struct TsdbBytes(ReadOnlySpan<byte> bytes, int at)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;

    public int At { get; private set; } = at;

    public bool IsBroken { get; private set; }

    public readonly bool AtEnd => At >= _bytes.Length;

    public ulong ReadUvarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64 && At < _bytes.Length; shift += 7)
        {
            ulong part = _bytes[At++];
            value |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        IsBroken = true;
        return 0;
    }

    public long ReadVarint()
    {
        ulong value = ReadUvarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public bool Skip(int count)
    {
        if (count < 0 || count > _bytes.Length - At)
        {
            IsBroken = true;
            return false;
        }

        At += count;
        return true;
    }
}

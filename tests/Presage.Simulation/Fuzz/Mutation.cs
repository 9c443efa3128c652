namespace Presage.Simulation;

/// <summary>Changes bytes as damage, bugs and malice do.</summary>
static class Mutation
{
    static readonly long[] Interesting =
    [
        0,
        1,
        0x7F,
        0x80,
        0xFF,
        0x7FFF,
        0xFFFF,
        0x7FFF_FFFF,
        0xFFFF_FFFF,
        -1,
        long.MinValue,
    ];

    /// <summary>A changed copy of one of the seeds, or a splice of two.</summary>
    public static byte[] Of(IReadOnlyList<byte[]> seeds, Generator random)
    {
        var bytes = new List<byte>(random.Pick(seeds));
        if (random.Chance(0.05))
        {
            byte[] other = random.Pick(seeds);
            int at = random.Below(bytes.Count + 1);
            bytes.RemoveRange(at, bytes.Count - at);
            bytes.AddRange(other.AsSpan(Math.Min(random.Below(other.Length + 1), other.Length)));
        }

        for (int i = random.Skewed(8); i > 0; i--)
        {
            Change(bytes, random);
        }

        return [.. bytes];
    }

    static void Change(List<byte> bytes, Generator random)
    {
        int at = random.Below(bytes.Count + 1);
        int length = Math.Min(random.Skewed(64), bytes.Count - at);
        switch (random.Below(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Below(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Below(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.InsertRange(at, BitConverter.GetBytes(random.Bits()).AsSpan(0, 1 + random.Below(8)));
                break;
            case 5:
                Put(bytes, at, random.Pick(Interesting), 1 << random.Below(4));
                break;
            case 6:
                Put(bytes, at, random.Between(0, bytes.Count * 2L), 1 << random.Below(4));
                break;
            default:
                bytes.RemoveRange(at, random.Chance(0.2) ? bytes.Count - at : 0);
                break;
        }
    }

    static void Put(List<byte> bytes, int at, long value, int size)
    {
        for (int i = 0; i < size && at + i < bytes.Count; i++)
        {
            bytes[at + i] = (byte)(value >> (8 * i));
        }
    }
}

using System.Buffers.Binary;

namespace Presage.Detection;

/// <summary>
/// Reads what <see cref="StateWriter"/> wrote; past the end it returns zeros and <see cref="IsWhole"/> is false.
/// </summary>
ref struct StateReader(ReadOnlySpan<byte> input)
{
    /// <summary>No count is more: one would still be one more in a double.</summary>
    public const long CountMax = 1L << 53;

    ReadOnlySpan<byte> _rest = input;
    bool _short;

    /// <summary>Whether everything asked for was there and nothing is left.</summary>
    public readonly bool IsWhole => !_short && _rest.IsEmpty;

    /// <summary>Whether something asked for was not there.</summary>
    public readonly bool IsCut => _short;

    public byte Byte() => Take(1, out var bytes) ? bytes[0] : (byte)0;

    public long Long() => Take(8, out var bytes) ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;

    public double Double() => BitConverter.Int64BitsToDouble(Long());

    /// <summary>Reads an array; false when it is not there or not all of its numbers are finite.</summary>
    public bool Floats(Span<float> values)
    {
        bool isFinite = true;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Take(4, out var bytes) ? BinaryPrimitives.ReadSingleLittleEndian(bytes) : float.NaN;
            isFinite &= float.IsFinite(values[i]);
        }

        return isFinite;
    }

    public void Sparse(scoped Span<float> values)
    {
        for (int start = 0; start < values.Length; start += 8)
        {
            var eight = values.Slice(start, Math.Min(8, values.Length - start));
            int present = Byte();
            for (int i = 0; i < eight.Length; i++)
            {
                eight[i] = (present >> i & 1) == 1 && Take(4, out var bytes)
                    ? BinaryPrimitives.ReadSingleLittleEndian(bytes)
                    : 0;
            }
        }
    }

    /// <summary>Reads an array of half numbers; false when not all of them are finite.</summary>
    public bool Sparse(scoped Span<Half> values)
    {
        bool isFinite = true;
        for (int start = 0; start < values.Length; start += 8)
        {
            var eight = values.Slice(start, Math.Min(8, values.Length - start));
            int present = Byte();
            for (int i = 0; i < eight.Length; i++)
            {
                eight[i] = (present >> i & 1) == 1 && Take(2, out var bytes)
                    ? BinaryPrimitives.ReadHalfLittleEndian(bytes)
                    : Half.Zero;
                isFinite &= Half.IsFinite(eight[i]);
            }
        }

        return isFinite;
    }

    bool Take(int length, out ReadOnlySpan<byte> bytes)
    {
        if (_rest.Length < length)
        {
            _short = true;
            _rest = default;
            bytes = default;
            return false;
        }

        bytes = _rest[..length];
        _rest = _rest[length..];
        return true;
    }
}

// Hot path: every sample is compressed here once, four at a time. Budget: 15 ns a sample.
using System.Buffers.Binary;
using System.Numerics;

namespace Presage.Storage;

/// <summary>
/// A value column that is being written: the state between two appends. The head keeps one per series, so it is a small
/// struct; the bytes lie elsewhere. Drawn format: docs/formats/chunk.md.
/// </summary>
struct ValueStream
{
    /// <summary>Bytes a header takes at most: mode, scale, start, two numbers; or mode and eight bytes.</summary>
    public const int HeaderBytesMax = 3 + (2 * Varint.LengthMax);

    /// <summary>
    /// Bytes one sample takes at most: a broken run, the escape, 64 bits; room for a whole-word store.
    /// </summary>
    public const int SampleBytesMax = 13;

    long _previous;
    long _delta;
    AdaptiveRice _rice;
    byte _scale;
    byte _misfits;
    byte _pending;

    /// <summary>How many bits are pending, and above them the mode: 24 bytes in all.</summary>
    byte _bitsAndMode;

    public ValueMode Mode
    {
        readonly get => (ValueMode)(_bitsAndMode >> 3);
        private set => _bitsAndMode = (byte)((_bitsAndMode & 7) | ((int)value << 3));
    }

    int PendingBits
    {
        readonly get => _bitsAndMode & 7;
        set => _bitsAndMode = (byte)((_bitsAndMode & ~7) | value);
    }

    /// <summary>Room that <paramref name="samples"/> samples need at most, header and slack included.</summary>
    public static int BytesMax(int samples) => HeaderBytesMax + (samples * SampleBytesMax) + (2 * BitWriter.SlackBytes);

    /// <summary>
    /// Begins a column: chooses mode and scale by these values and writes them. Returns the whole bytes written.
    /// </summary>
    public int Begin(ReadOnlySpan<double> values, Span<byte> destination)
    {
        this = default;
        if (IsConstant(values))
        {
            Mode = ValueMode.Constant;
            _previous = BitConverter.DoubleToInt64Bits(values[0]);
            return WriteConstant(destination);
        }

        int scale = DecimalScale.Choose(values, out int misfits);
        if (misfits * 4 > values.Length)
        {
            Mode = ValueMode.Xor;
            destination[0] = (byte)ValueMode.Xor;
            TryAppend(values, 0, destination[1..], out int xorLength);
            return 1 + xorLength;
        }

        _scale = (byte)scale;
        int header = WriteDecimalHeader(values, destination);
        bool fits = TryAppend(values, 0, destination[header..], out int length);
        System.Diagnostics.Debug.Assert(fits, "The column was begun for these very values.");
        return header + length;
    }

    /// <summary>
    /// Appends values; returns false, with the state spoilt, where the column must be begun anew for all its values
    /// (work on a copy). <paramref name="written"/> is the number of samples already in the column.
    /// </summary>
    public bool TryAppend(ReadOnlySpan<double> values, int written, Span<byte> destination, out int length)
    {
        length = 0;
        if (Mode == ValueMode.Constant)
        {
            return IsConstant(values) && BitConverter.DoubleToInt64Bits(values[0]) == _previous;
        }

        var writer = new BitWriter(destination, _pending, PendingBits);
        if (Mode == ValueMode.Xor)
        {
            AppendXor(ref writer, values);
        }
        else if (!TryAppendDecimal(ref writer, values, written))
        {
            return false;
        }

        length = writer.Length;
        _pending = writer.Pending;
        PendingBits = writer.PendingBits;
        return true;
    }

    /// <summary>
    /// Writes what is still owed (a run, an unfinished byte): the column is complete. Returns the bytes written.
    /// </summary>
    public int Finish(Span<byte> destination)
    {
        if (Mode == ValueMode.Constant)
        {
            return 0;
        }

        var writer = new BitWriter(destination, _pending, PendingBits);
        _rice.Finish(ref writer);
        _pending = 0;
        PendingBits = 0;
        return writer.Length;
    }

    static bool IsConstant(ReadOnlySpan<double> values)
    {
        var bits = System.Runtime.InteropServices.MemoryMarshal.Cast<double, long>(values);
        return !bits.ContainsAnyExcept(bits[0]);
    }

    readonly int WriteConstant(Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, _previous);
        int significant = 8 - (BitOperations.TrailingZeroCount(_previous) >> 3);
        destination[0] = (byte)((int)ValueMode.Constant | (significant << 4));
        bytes[..significant].CopyTo(destination[1..]);
        return 1 + significant;
    }

    int WriteDecimalHeader(ReadOnlySpan<double> values, Span<byte> destination)
    {
        var plan = new PredictionPlan();
        foreach (double value in values)
        {
            if (DecimalScale.TryToMantissa(value, _scale, out long mantissa))
            {
                plan.Add(mantissa);
            }
        }

        Mode = plan.Mode;
        _rice = new AdaptiveRice(plan.Rice, plan.Run);
        _delta = Mode == ValueMode.DeltaOfDelta ? plan.FirstDelta : 0;
        _previous = plan.First - _delta;
        destination[0] = (byte)Mode;
        destination[1] = _scale;
        destination[2] = (byte)(plan.Rice | (plan.Run << 5));
        int at = 3 + Varint.Write(destination[3..], Varint.ZigZag(plan.First));
        return Mode == ValueMode.Delta ? at : at + Varint.Write(destination[at..], Varint.ZigZag(_delta));
    }

    bool TryAppendDecimal(ref BitWriter writer, ReadOnlySpan<double> values, int written)
    {
        foreach (double value in values)
        {
            if (DecimalScale.TryToMantissa(value, _scale, out long mantissa))
            {
                long delta = mantissa - _previous;
                long residual = delta - _delta;
                _delta = Mode == ValueMode.DeltaOfDelta ? delta : 0;
                _previous = mantissa;
                _rice.Append(ref writer, Varint.ZigZag(residual));
                continue;
            }

            // Another scale expresses the value, or raw values begin to prevail: the column is worth writing anew.
            int from = _scale > DecimalScale.BinaryBase ? 0 : _scale + 1;
            _misfits++;
            if (DecimalScale.FindDecimal(value, from) >= 0 && written > 0)
            {
                return false;
            }

            if (written > 0 && _misfits * 4 > written + values.Length + 8)
            {
                return false;
            }

            _rice.AppendRaw(ref writer, BitConverter.DoubleToUInt64Bits(value));
        }

        return true;
    }

    void AppendXor(ref BitWriter writer, ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            ulong bits = BitConverter.DoubleToUInt64Bits(value);
            ulong xor = bits ^ (ulong)_previous;
            _previous = (long)bits;
            if (xor == 0)
            {
                writer.Write(0, 1);
                continue;
            }

            int leading = Math.Min(BitOperations.LeadingZeroCount(xor), 31);
            int trailing = BitOperations.TrailingZeroCount(xor);
            int windowLeading = (int)(_delta & 0xFF), windowLength = (int)(_delta >> 8);
            int windowTrailing = 64 - windowLeading - windowLength;
            if (windowLength > 0 && leading >= windowLeading && trailing >= windowTrailing)
            {
                writer.Write(0b01, 2);
                WriteLong(ref writer, xor >> windowTrailing, windowLength);
                continue;
            }

            int length = 64 - leading - trailing;
            writer.Write(0b11 | ((ulong)leading << 2) | ((ulong)(length - 1) << 7), 13);
            WriteLong(ref writer, xor >> trailing, length);
            _delta = leading + (length << 8);
        }
    }

    static void WriteLong(ref BitWriter writer, ulong value, int bits)
    {
        if (bits <= 32)
        {
            writer.Write(value, bits);
            return;
        }

        writer.Write((uint)value, 32);
        writer.Write(value >> 32, bits - 32);
    }
}

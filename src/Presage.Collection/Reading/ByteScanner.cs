// Hot path: runs per byte of /proc at every collection.
using System.Buffers.Text;

namespace Presage.Collection.Reading;

/// <summary>
/// Walks the words and lines of a kernel file. Every method is total: garbled content gives false, never an exception.
/// </summary>
ref struct ByteScanner(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Takes the next line, without its end; false at the end.</summary>
    public bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        if (_rest.IsEmpty)
        {
            line = default;
            return false;
        }

        int end = _rest.IndexOf((byte)'\n');
        line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return true;
    }

    /// <summary>Takes the next word: what stands between spaces, tabs and line ends.</summary>
    public bool TryReadWord(out ReadOnlySpan<byte> word)
    {
        SkipSpace();
        int end = 0;
        while (end < _rest.Length && _rest[end] > (byte)' ')
        {
            end++;
        }

        word = _rest[..end];
        _rest = _rest[end..];
        return end > 0;
    }

    /// <summary>
    /// Takes what stands before a separator, and the separator; false, and nothing taken, without one.
    /// </summary>
    public bool TryReadUntil(byte separator, out ReadOnlySpan<byte> text)
    {
        int end = _rest.IndexOf(separator);
        text = end < 0 ? default : _rest[..end];
        if (end >= 0)
        {
            _rest = _rest[(end + 1)..];
        }

        return end >= 0;
    }

    /// <summary>Takes an unsigned decimal number; false, and nothing but space taken, where none stands.</summary>
    public bool TryReadUnsigned(out ulong value)
    {
        SkipSpace();
        value = 0;
        int at = 0;
        while (at < _rest.Length && (uint)(_rest[at] - '0') is <= 9 and var digit)
        {
            value = (value * 10) + digit;
            at++;
        }

        _rest = _rest[at..];
        return at > 0;
    }

    /// <summary>Takes a hexadecimal number, with or without 0x.</summary>
    public bool TryReadHex(out ulong value)
    {
        SkipSpace();
        if (_rest.StartsWith("0x"u8))
        {
            _rest = _rest[2..];
        }

        bool read = Utf8Parser.TryParse(_rest, out value, out int used, 'x');
        _rest = _rest[used..];
        return read;
    }

    /// <summary>Takes a decimal number with sign, fraction and exponent as far as they are there.</summary>
    public bool TryReadNumber(out double value)
    {
        SkipSpace();
        bool read = Utf8Parser.TryParse(_rest, out value, out int used) && double.IsFinite(value);
        _rest = _rest[used..];
        return read;
    }

    public void Skip(int count) => _rest = _rest[Math.Min(count, _rest.Length)..];

    public void SkipSpace()
    {
        int at = 0;
        while (at < _rest.Length && _rest[at] <= (byte)' ')
        {
            at++;
        }

        _rest = _rest[at..];
    }
}

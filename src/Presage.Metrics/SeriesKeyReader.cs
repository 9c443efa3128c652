namespace Presage.Metrics;

/// <summary>Walks the labels of a canonical key (<see cref="SeriesKey"/>) without allocating.</summary>
public ref struct SeriesKeyReader(ReadOnlySpan<byte> key)
{
    ReadOnlySpan<byte> _rest = key;

    /// <summary>Reads the next label; false at the end.</summary>
    /// <exception cref="FormatException">The bytes are not a canonical key.</exception>
    public bool Read(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        if (_rest.IsEmpty)
        {
            name = value = default;
            return false;
        }

        name = ReadText();
        value = ReadText();
        return true;
    }

    ReadOnlySpan<byte> ReadText()
    {
        int length = 0, shift = 0, at = 0;
        while (true)
        {
            if (at >= _rest.Length || shift > 28)
            {
                throw new FormatException("A series key is cut short.");
            }

            byte b = _rest[at++];
            length |= (b & 0x7F) << shift;
            shift += 7;
            if (b < 0x80)
            {
                break;
            }
        }

        if (length < 0 || length > _rest.Length - at)
        {
            throw new FormatException("A series key is cut short.");
        }

        var text = _rest.Slice(at, length);
        _rest = _rest[(at + length)..];
        return text;
    }
}

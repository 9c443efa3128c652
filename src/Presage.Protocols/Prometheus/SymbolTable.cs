using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Where the symbols of a remote write 2.0 message lie in it. Kept from request to request; not thread-safe.
/// </summary>
sealed class SymbolTable
{
    (int At, int Length)[] _places = new (int, int)[1024];

    public int Count { get; private set; }

    public (int At, int Length) this[int number] => _places[number];

    public void Clear() => Count = 0;

    /// <summary>Notes all symbols of a message; returns what is malformed.</summary>
    public string? Read(ReadOnlySpan<byte> message, int symbolsMax, out int problemAt)
    {
        const int Symbols = 4;
        var reader = new ProtobufReader(message, 0);
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            if (field != Symbols || type != WireType.Bytes)
            {
                if (!reader.Skip(type))
                {
                    break;
                }

                continue;
            }

            if (!reader.ReadBytes(out var symbol, out int at))
            {
                break;
            }

            problemAt = at;
            if (Count == 0 && !symbol.IsEmpty)
            {
                return "the first symbol is not the empty text";
            }

            if (Count == symbolsMax)
            {
                return $"there are more than {symbolsMax} symbols";
            }

            if (Count == _places.Length)
            {
                Array.Resize(ref _places, Count * 2);
            }

            _places[Count++] = (at, symbol.Length);
        }

        problemAt = reader.Position;
        return reader.Problem;
    }
}

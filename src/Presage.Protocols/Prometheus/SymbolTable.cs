// Hot path: per symbol and label of every remote write 2.0 request.
using System.Text;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Where the symbols of a remote write 2.0 message lie in it, and what is to be known of each for its use in labels,
/// found out once a request. Kept from request to request; not thread-safe.
/// </summary>
sealed class SymbolTable
{
    /// <summary>Tables that grew beyond this are not kept: 64 Ki symbols take 1.5 MB.</summary>
    const int KeptMax = 1 << 16;

    Symbol[] _symbols = new Symbol[1024];

    public int Count { get; private set; }

    public bool MayBeKept => _symbols.Length <= KeptMax;

    public (int At, int Length) this[int number] => (_symbols[number].At, _symbols[number].Length);

    /// <summary>All that is known of a symbol.</summary>
    public ref Symbol Of(int number) => ref _symbols[number];

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

            if (Count == _symbols.Length)
            {
                Array.Resize(ref _symbols, Count * 2);
            }

            _symbols[Count++] = new Symbol(message, symbol, at);
        }

        problemAt = reader.Position;
        return reader.Problem;
    }

    /// <summary>A text of the message.</summary>
    public struct Symbol
    {
        public int At;
        public int Length;

        /// <summary>The first eight bytes as a number that sorts as they do.</summary>
        public ulong Prefix;

        /// <summary>
        /// ASCII of 1 to 127 bytes, behind a length of one byte, with room behind it for a copy in whole steps.
        /// </summary>
        public bool IsPlain;

        /// <summary>As the name of a metric: its description is known, or was taken from this request.</summary>
        public bool IsDescribed;

        public Symbol(ReadOnlySpan<byte> message, ReadOnlySpan<byte> text, int at)
        {
            At = at;
            Length = text.Length;
            IsPlain = text.Length is > 0 and < 128 && message[at - 1] == text.Length
                && at + text.Length <= message.Length - PlainSeries.Slack && Ascii.IsValid(text);
            foreach (byte part in text[..Math.Min(text.Length, 8)])
            {
                Prefix = (Prefix << 8) | part;
            }

            Prefix <<= 8 * (8 - Math.Min(text.Length, 8));
        }
    }
}

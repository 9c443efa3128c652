using System.Text;

namespace Presage.Protocols.Csv;

/// <summary>
/// Reads rows of comma-separated values (RFC 4180): fields may be quoted, quotes within them doubled, and then hold
/// separators and line ends.
/// </summary>
public sealed class CsvRows(TextReader reader, char separator)
{
    /// <summary>Longer rows are an error: a quote that does not end would swallow the file.</summary>
    const int RowCharsMax = 1 << 20;

    readonly StringBuilder _field = new();
    readonly List<string> _fields = [];

    /// <summary>The line on which the row read last begins, from 1.</summary>
    public int Line { get; private set; }

    int _lines = 1;

    /// <summary>The fields of the row read last.</summary>
    public IReadOnlyList<string> Fields => _fields;

    /// <summary>Reads the next row that is not empty; false at the end.</summary>
    /// <exception cref="InvalidDataException">A quote does not end, or something follows it.</exception>
    public bool Read()
    {
        do
        {
            _fields.Clear();
            Line = _lines;
            if (reader.Peek() < 0)
            {
                return false;
            }

            ReadRow();
        }
        while (_fields is [""]);
        return true;
    }

    void ReadRow()
    {
        int chars = 0;
        while (true)
        {
            _field.Clear();
            int next = reader.Peek() == '"' ? ReadQuoted(ref chars) : ReadPlain(ref chars);
            _fields.Add(_field.ToString());
            if (next != separator)
            {
                _lines++;
                return;
            }
        }
    }

    /// <summary>Returns the separator, a line end, or -1 at the end.</summary>
    int ReadPlain(ref int chars)
    {
        while (true)
        {
            int next = reader.Read();
            if (next < 0 || next == separator || next == '\n')
            {
                if (next == '\n' && _field.Length > 0 && _field[^1] == '\r')
                {
                    _field.Length--;
                }

                return next;
            }

            Append((char)next, ref chars);
        }
    }

    int ReadQuoted(ref int chars)
    {
        reader.Read();
        while (true)
        {
            int next = reader.Read();
            if (next < 0)
            {
                throw new InvalidDataException($"Line {Line}: a quoted field does not end.");
            }

            if (next != '"')
            {
                _lines += next == '\n' ? 1 : 0;
                Append((char)next, ref chars);
                continue;
            }

            if (reader.Peek() == '"')
            {
                reader.Read();
                Append('"', ref chars);
                continue;
            }

            next = reader.Read();
            next = next == '\r' && reader.Peek() == '\n' ? reader.Read() : next;
            return next < 0 || next == '\n' || next == separator
                ? next
                : throw new InvalidDataException($"Line {Line}: \"{(char)next}\" follows a quoted field.");
        }
    }

    void Append(char c, ref int chars)
    {
        if (++chars > RowCharsMax)
        {
            throw new InvalidDataException($"Line {Line}: the row is longer than {RowCharsMax} characters.");
        }

        _field.Append(c);
    }
}

using System.Text;

namespace Presage.Storage;

/// <summary>Look-ups by UTF-8 bytes in dictionaries of strings; a string is made only when it is new.</summary>
static class Utf8Lists
{
    const int CharsOnStack = 256;

    public static T GetOrAdd<T>(Dictionary<string, T> values, ReadOnlySpan<byte> utf8, Func<T> make)
    {
        Span<char> chars = stackalloc char[CharsOnStack];
        var text = utf8.Length <= CharsOnStack
            ? chars[..Encoding.UTF8.GetChars(utf8, chars)]
            : Encoding.UTF8.GetString(utf8).AsSpan();
        var lookup = values.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(text, out var value))
        {
            values.Add(text.ToString(), value = make());
        }

        return value;
    }
}

// Hot path when scraping: runs per byte of every exposition; nothing is allocated per sample.
using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Presage.Metrics;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// Reads the Prometheus text format 0.0.4 and, as far as samples go, OpenMetrics 1.0
/// (https://prometheus.io/docs/instrumenting/exposition_formats/): HELP, TYPE and UNIT become metadata, exemplars are
/// skipped, quoted UTF-8 names are understood. A text with an error is refused as a whole, with the line's number: half
/// a scrape would look like vanished series. Keeps buffers; not thread-safe.
/// </summary>
public sealed class ExpositionParser(ExpositionLimits limits)
{
    const double MillisecondsPerSecond = 1000;

    static readonly SearchValues<byte> NameEnds = SearchValues.Create("= \t,}\""u8);

    readonly Dictionary<string, MetricMetadata> _families = [];
    byte[] _scratch = new byte[512];

    /// <summary>
    /// Put on every series; a label of the same name in the text gives way. Names and values within the limits.
    /// </summary>
    public IReadOnlyList<Label> ExtraLabels { get; set; } = [];

    /// <summary>What the text parsed last said about its families.</summary>
    public IReadOnlyCollection<MetricMetadata> Families => _families.Values;

    /// <summary>Parses a text into a batch (cleared first; empty when the result is false).</summary>
    /// <param name="text">The text.</param>
    /// <param name="isOpenMetrics">Whether timestamps are in seconds and the text must end with <c># EOF</c>.</param>
    /// <param name="defaultTimestampMs">The time of samples without one, ms since 1970 UTC.</param>
    /// <param name="batch">Receives series and samples.</param>
    /// <param name="error">What was wrong; the position is the line, from 1.</param>
    public bool TryParse(
        ReadOnlySpan<byte> text, bool isOpenMetrics, long defaultTimestampMs, SampleBatch batch, out WireError error)
    {
        batch.Clear();
        _families.Clear();
        if (text.Length > limits.TextBytesMax)
        {
            error = new WireError(
                WireErrorKind.TooLarge, -1,
                    $"The text has {text.Length} bytes, more than the limit of {limits.TextBytesMax}.");
            return false;
        }

        int number = 0;
        bool ended = false;
        string? problem = null;
        while (problem is null && !text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            number++;
            problem = ended ? "nothing may follow # EOF"
                : end < 0 && !isOpenMetrics ? "the last line has no line end: the text was cut off"
                : ParseLine(line, isOpenMetrics, defaultTimestampMs, batch, out ended);
            text = end < 0 ? default : text[(end + 1)..];
        }

        problem ??= isOpenMetrics && !ended ? "# EOF is missing: the text was cut off" : null;
        if (problem is not null)
        {
            batch.Clear();
            error = WireError.Malformed(number, $"Line {number}: {problem}.");
            return false;
        }

        error = default;
        return true;
    }

    /// <summary>
    /// Parses whole lines of a longer text and adds to the batch what they hold: for files that do not fit into memory.
    /// Samples must bring their time. The batch may hold part of a broken line when the result is false.
    /// </summary>
    /// <param name="linesBefore">How many lines of the text came before; counted on.</param>
    /// <param name="ended">Whether <c># EOF</c> was read, behind which nothing may follow.</param>
    public bool TryParseLines(
        ReadOnlySpan<byte> lines, bool isOpenMetrics, SampleBatch batch, ref int linesBefore, ref bool ended,
        out WireError error)
    {
        while (!lines.IsEmpty)
        {
            int end = lines.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            linesBefore++;
            int before = batch.SampleCount;
            string? problem = ended ? "nothing may follow # EOF"
                : ParseLine(line, isOpenMetrics, long.MinValue, batch, out ended);
            if (problem is null && batch.SampleCount > before && batch.TimestampsMs[before] == long.MinValue)
            {
                problem = "the sample has no timestamp";
            }

            if (problem is not null)
            {
                error = WireError.Malformed(linesBefore, $"Line {linesBefore}: {problem}.");
                return false;
            }

            lines = end < 0 ? default : lines[(end + 1)..];
        }

        error = default;
        return true;
    }

    string? ParseLine(
        ReadOnlySpan<byte> line, bool isOpenMetrics, long defaultTimestampMs, SampleBatch batch, out bool ended)
    {
        ended = false;
        var rest = line.TrimStart(" \t"u8);
        if (rest.TrimEnd((byte)'\r').IsEmpty)
        {
            return null;
        }

        if (rest[0] == (byte)'#')
        {
            ended = isOpenMetrics && line.SequenceEqual("# EOF"u8);
            ReadMetadata(rest[1..]);
            return null;
        }

        if (batch.SampleCount >= limits.SamplesMax)
        {
            return $"more than {limits.SamplesMax} samples";
        }

        batch.BeginSeries();
        if (ReadSeries(ref rest, batch) is { } problem)
        {
            return problem;
        }

        if (!TryReadValue(ref rest, out double value))
        {
            return $"\"{WireText.Shorten(rest)}\" is not a number";
        }

        foreach (var extra in ExtraLabels)
        {
            batch.AddLabel(extra.Name, extra.Value);
        }

        if (!batch.EndLabels())
        {
            return "a label stands twice";
        }

        return ReadTime(rest, isOpenMetrics, defaultTimestampMs, value, batch);
    }

    /// <summary>Reads a metric's name and labels up to the value.</summary>
    string? ReadSeries(ref ReadOnlySpan<byte> rest, SampleBatch batch)
    {
        int length = rest.IndexOfAny("{ \t"u8);
        if (length < 0)
        {
            return "a value is missing";
        }

        bool named = length > 0;
        if (named && AddName(rest[..length], batch) is { } problem)
        {
            return problem;
        }

        rest = rest[length..].TrimStart(" \t"u8);
        if (rest.IsEmpty || rest[0] != (byte)'{')
        {
            return named ? null : "the metric's name is missing";
        }

        rest = rest[1..];
        for (int labels = named ? 1 : 0; ; labels++)
        {
            rest = rest.TrimStart(" \t"u8);
            if (!rest.IsEmpty && rest[0] == (byte)'}')
            {
                rest = rest[1..];
                return named ? null : "the metric's name is missing";
            }

            if (labels >= limits.LabelsPerSeriesMax)
            {
                return $"more than {limits.LabelsPerSeriesMax} labels";
            }

            if (ReadLabel(ref rest, ref named, batch) is { } wrong)
            {
                return wrong;
            }

            rest = rest.TrimStart(" \t"u8);
            if (!rest.IsEmpty && rest[0] == (byte)',')
            {
                rest = rest[1..];
            }
            else if (rest.IsEmpty || rest[0] != (byte)'}')
            {
                return "a label must be followed by a comma or a closing brace";
            }
        }
    }

    /// <summary>Reads <c>name="value"</c>, <c>"na.me"="value"</c>, or the quoted name of the metric itself.</summary>
    string? ReadLabel(ref ReadOnlySpan<byte> rest, ref bool named, SampleBatch batch)
    {
        int nameLength;
        if (!rest.IsEmpty && rest[0] == (byte)'"')
        {
            if (!TryReadQuoted(ref rest, 0, out nameLength))
            {
                return "a quoted name does not end";
            }

            var after = rest.TrimStart(" \t"u8);
            if (after.IsEmpty || after[0] != (byte)'=')
            {
                if (named)
                {
                    return "the metric's name stands twice";
                }

                named = true;
                return AddName(_scratch.AsSpan(0, nameLength), batch);
            }
        }
        else
        {
            nameLength = rest.IndexOfAny(NameEnds);
            if (nameLength <= 0)
            {
                return "a label's name is missing";
            }

            EnsureScratch(nameLength);
            rest[..nameLength].CopyTo(_scratch);
            rest = rest[nameLength..];
        }

        rest = rest.TrimStart(" \t"u8);
        if (rest.IsEmpty || rest[0] != (byte)'=')
        {
            return $"label \"{WireText.Shorten(_scratch.AsSpan(0, nameLength))}\" has no value";
        }

        rest = rest[1..].TrimStart(" \t"u8);
        if (rest.IsEmpty || rest[0] != (byte)'"' || !TryReadQuoted(ref rest, nameLength, out int valueLength))
        {
            string name = WireText.Shorten(_scratch.AsSpan(0, nameLength));
            return $"the value of label \"{name}\" is not quoted, or does not end";
        }

        return AddLabel(_scratch.AsSpan(0, nameLength), _scratch.AsSpan(nameLength, valueLength), batch);
    }

    string? AddName(ReadOnlySpan<byte> name, SampleBatch batch) =>
        name.IsEmpty ? "the metric's name is empty" : AddLabel("__name__"u8, name, batch);

    string? AddLabel(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, SampleBatch batch)
    {
        if (name.IsEmpty)
        {
            return $"the label with value \"{WireText.Shorten(value)}\" has no name";
        }

        if (name.Length > limits.NameBytesMax)
        {
            return $"label name \"{WireText.Shorten(name)}\" has {name.Length} bytes, more than the limit of "
                + $"{limits.NameBytesMax}";
        }

        if (value.Length > limits.ValueBytesMax)
        {
            return $"label \"{WireText.Shorten(name)}\" has a value of {value.Length} bytes, more than the limit of "
                + $"{limits.ValueBytesMax}";
        }

        if (!Utf8.IsValid(name) || !Utf8.IsValid(value))
        {
            return $"label \"{WireText.Shorten(name)}\" is not UTF-8";
        }

        if (!IsReplaced(name))
        {
            batch.AddLabel(name, value);
        }

        return null;
    }

    bool IsReplaced(ReadOnlySpan<byte> name)
    {
        foreach (var extra in ExtraLabels)
        {
            if (Encoding.UTF8.GetByteCount(extra.Name) == name.Length && Encoding.UTF8.GetString(name) == extra.Name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a quoted text with its escapes into the scratch buffer at an offset.</summary>
    bool TryReadQuoted(ref ReadOnlySpan<byte> rest, int offset, out int length)
    {
        length = 0;
        EnsureScratch(offset + rest.Length);
        for (int i = 1; i < rest.Length; i++)
        {
            byte b = rest[i];
            if (b == (byte)'"')
            {
                rest = rest[(i + 1)..];
                return true;
            }

            if (b == (byte)'\\' && i + 1 < rest.Length)
            {
                b = rest[++i] switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'\\' => (byte)'\\',
                    (byte)'"' => (byte)'"',
                    // An unknown escape stays as it is (Prometheus' parser does the same).
                    _ => Unescaped(ref length, offset, rest[i]),
                };
            }

            _scratch[offset + length++] = b;
        }

        return false;
    }

    byte Unescaped(ref int length, int offset, byte b)
    {
        _scratch[offset + length++] = (byte)'\\';
        return b;
    }

    static bool TryReadValue(ref ReadOnlySpan<byte> rest, out double value)
    {
        rest = rest.TrimStart(" \t"u8);
        int end = rest.IndexOfAny(" \t\r"u8);
        var word = end < 0 ? rest : rest[..end];
        bool read = TryParseNumber(word, out value);
        rest = read ? rest[word.Length..] : word;
        return read;
    }

    static bool TryParseNumber(ReadOnlySpan<byte> word, out double value)
    {
        if (Utf8Parser.TryParse(word, out value, out int used) && used == word.Length && word.Length > 0
            && (word[^1] <= (byte)'9' && !word.Contains((byte)'I')))
        {
            return true;
        }

        bool isNegative = !word.IsEmpty && word[0] == (byte)'-';
        var bare = !word.IsEmpty && word[0] is (byte)'-' or (byte)'+' ? word[1..] : word;
        if (Ascii.EqualsIgnoreCase(bare, "inf"u8) || Ascii.EqualsIgnoreCase(bare, "infinity"u8))
        {
            value = isNegative ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        value = double.NaN;
        return Ascii.EqualsIgnoreCase(bare, "nan"u8);
    }

    static string? ReadTime(
        ReadOnlySpan<byte> rest, bool isOpenMetrics, long defaultTimestampMs, double value, SampleBatch batch)
    {
        rest = rest.Trim(" \t\r"u8);
        if (isOpenMetrics && rest.IndexOf((byte)'#') is >= 0 and var exemplar)
        {
            rest = rest[..exemplar].TrimEnd(" \t"u8);
        }

        long timestampMs = defaultTimestampMs;
        if (!rest.IsEmpty)
        {
            if (isOpenMetrics)
            {
                if (!TryParseNumber(rest, out double seconds) || Math.Abs(seconds)
                    is not < 9e15 / MillisecondsPerSecond)
                {
                    return $"\"{WireText.Shorten(rest)}\" is not a timestamp in seconds";
                }

                timestampMs = (long)Math.Round(seconds * MillisecondsPerSecond);
            }
            else if (!Utf8Parser.TryParse(rest, out timestampMs, out int used) || used != rest.Length)
            {
                return $"\"{WireText.Shorten(rest)}\" is not a timestamp in milliseconds";
            }
        }

        batch.AddSample(timestampMs, value);
        return null;
    }

    /// <summary>
    /// Reads <c>HELP name text</c>, <c>TYPE name type</c>, <c>UNIT name unit</c>; any other comment is skipped.
    /// </summary>
    void ReadMetadata(ReadOnlySpan<byte> rest)
    {
        var kind = TakeWord(ref rest);
        var name = TakeWord(ref rest);
        bool isHelp = kind.SequenceEqual("HELP"u8), isType = kind.SequenceEqual("TYPE"u8), isUnit =
            kind.SequenceEqual("UNIT"u8);
        if ((!isHelp && !isType && !isUnit) || name.IsEmpty || name.Length > limits.NameBytesMax)
        {
            return;
        }

        string family = Encoding.UTF8.GetString(name).Trim('"');
        if (!_families.TryGetValue(family, out var known))
        {
            if (_families.Count >= limits.FamiliesMax)
            {
                return;
            }

            known = new MetricMetadata(family, "unknown", "", "");
        }

        var textBytes = rest.Trim(" \t\r"u8);
        string text = Encoding.UTF8.GetString(textBytes[..Math.Min(textBytes.Length, limits.ValueBytesMax)]);
        _families[family] = isHelp ? known with { Help = text.Replace("\\n", "\n", StringComparison.Ordinal) }
            : isType ? known with { Type = text == "untyped" ? "unknown" : text }
            : known with { Unit = text };
    }

    static ReadOnlySpan<byte> TakeWord(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \t"u8);
        int end = rest.IndexOfAny(" \t\r"u8);
        var word = end < 0 ? rest : rest[..end];
        rest = rest[word.Length..];
        return word;
    }

    void EnsureScratch(int size)
    {
        if (_scratch.Length < size)
        {
            Array.Resize(ref _scratch, Math.Max(size, _scratch.Length * 2));
        }
    }
}

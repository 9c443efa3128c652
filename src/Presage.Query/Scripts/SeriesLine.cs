using System.Globalization;
using System.Text.RegularExpressions;
using Presage.Metrics;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Scripts;

/// <summary>One value of a series line: a number, a native histogram or nothing.</summary>
/// <param name="Number">The number, null when it is none.</param>
/// <param name="Histogram">The histogram, null when it is none.</param>
/// <param name="HintGiven">Whether the histogram's hint was written out.</param>
readonly record struct ScriptValue(double? Number, NativeHistogram? Histogram = null, bool HintGiven = false)
{
    public bool IsNothing => Number is null && Histogram is null;

    public void AddTo(ScriptSamples samples, LabelSet labels, long timestampMs)
    {
        if (Number is { } number)
        {
            samples.Add(labels, timestampMs, number);
        }
        else if (Histogram is not null)
        {
            samples.Add(labels, timestampMs, Histogram);
        }
    }
}

/// <summary>
/// A line <c>metric{a="b"} 1 2+3x4 _ stale</c>. Values: a number, <c>_</c> for none, <c>axN</c> for a and N more of it,
/// <c>a+bxN</c> for a and N more, b apart.
/// </summary>
sealed partial class SeriesLine
{
    const string Number = @"(?:(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[iI][nN][fF]|[nN][aA][nN])";

    /// <summary>More values than any sane script has; a typo must not fill the memory.</summary>
    const int ValuesMax = 1_000_000;

    SeriesLine(LabelSet labels, IReadOnlyList<ScriptValue> values, bool isStartTimes)
    {
        Labels = labels;
        Values = values;
        IsStartTimes = isStartTimes;
    }

    public LabelSet Labels { get; }

    public IReadOnlyList<ScriptValue> Values { get; }

    /// <summary>A line <c>metric{…}@st</c> gives start timestamps (experimental), not samples.</summary>
    public bool IsStartTimes { get; }

    public static SeriesLine Parse(string line)
    {
        int end = EndOfMetric(line);
        string rest = line[end..];
        bool startTimes = rest.StartsWith("@st", StringComparison.Ordinal);
        rest = startTimes ? rest[3..] : rest;
        List<ScriptValue> values = [];
        foreach (string token in SplitValues(rest))
        {
            AddValues(token, values, startTimes);
        }

        return new SeriesLine(ParseMetric(line[..end]), values, startTimes);
    }

    /// <summary>Reads <c>name{a="b", "c.d"="e"}</c>.</summary>
    public static LabelSet ParseMetric(string text)
    {
        var tokens = Lexer.Tokenize(text);
        List<Label> labels = [];
        int at = 0;
        if (tokens[0].Kind is TokenKind.Identifier or TokenKind.MetricIdentifier or TokenKind.Number)
        {
            labels.Add(new Label(LabelNames.MetricName, tokens[at++].Text));
        }

        at += tokens[at].Kind == TokenKind.LeftBrace ? 1 : 0;
        while (tokens[at].Kind is TokenKind.Identifier or TokenKind.Text)
        {
            string name = tokens[at++].Text;
            if (tokens[at].Kind == TokenKind.Assign)
            {
                labels.Add(new Label(name, tokens[at + 1].Text));
                at += 2;
            }
            else
            {
                labels.Add(new Label(LabelNames.MetricName, name));
            }

            at += tokens[at].Kind == TokenKind.Comma ? 1 : 0;
        }

        at += tokens[at].Kind == TokenKind.RightBrace ? 1 : 0;
        return tokens[at].Kind == TokenKind.End
            ? LabelSet.Of([.. labels])
            : throw new FormatException($"cannot read the labels \"{text}\"");
    }

    static int EndOfMetric(string line)
    {
        int brace = line.IndexOf('{', StringComparison.Ordinal), blank = line.IndexOfAny([' ', '\t']);
        if (blank > 3 && line[(blank - 3)..blank] == "@st")
        {
            return blank - 3;
        }

        if (brace < 0 || line.AsSpan(brace).StartsWith("{{") || (blank >= 0 && blank < brace
            && line[blank..brace].Trim().Length > 0))
        {
            return blank < 0 ? line.Length : blank;
        }

        for (int i = brace; i < line.Length; i++)
        {
            if (line[i] is '"' or '\'' or '`')
            {
                QuotedText.TryRead(line, ref i, out _, out _);
                i--;
            }
            else if (line[i] == '}')
            {
                return i + 1;
            }
        }

        return line.Length;
    }

    static IEnumerable<string> SplitValues(string text)
    {
        int at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            int start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
            {
                if (text.AsSpan(at).StartsWith("{{"))
                {
                    int close = text.IndexOf("}}", at, StringComparison.Ordinal);
                    at = close < 0 ? text.Length - 1 : close + 1;
                }

                at++;
            }

            yield return text[start..at];
        }
    }

    static void AddValues(string token, List<ScriptValue> values, bool startTimes)
    {
        if (startTimes)
        {
            AddStarts(token, values);
            return;
        }

        if (token.StartsWith("{{", StringComparison.Ordinal))
        {
            AddHistograms(token, values);
            return;
        }

        var nothing = NothingPattern().Match(token);
        if (nothing.Success)
        {
            int count = nothing.Groups[2].Success ? ParseCount(nothing.Groups[2].Value) : 1;
            double? value = nothing.Groups[1].Value == "_" ? null : SampleValue.StaleMarker;
            Repeat(values, value is not null && nothing.Groups[2].Success ? count + 1 : count, _ => new(value));
            return;
        }

        var match = ValuePattern().Match(token);
        if (!match.Success)
        {
            throw new FormatException($"cannot read the value \"{token}\"");
        }

        double first = ParseNumber(match.Groups[1].Value);
        double step = match.Groups[2].Success ? ParseNumber(match.Groups[2].Value) : 0;
        int more = match.Groups[3].Success ? ParseCount(match.Groups[3].Value) : 0;
        double sum = first;
        Repeat(values, more + 1, i =>
        {
            sum += i > 0 && match.Groups[2].Success ? step : 0;
            return new ScriptValue(sum);
        });
    }

    /// <summary>
    /// <c>-30s</c>, <c>-30s-1mx2</c>: since when a sample counts, from its own time on, in milliseconds.
    /// </summary>
    static void AddStarts(string token, List<ScriptValue> values)
    {
        var match = StartPattern().Match(token);
        if (!match.Success)
        {
            throw new FormatException($"cannot read the start timestamp \"{token}\"");
        }

        int more = match.Groups[4].Success ? ParseCount(match.Groups[4].Value) : 0;
        if (match.Groups[1].Success)
        {
            Repeat(values, Math.Max(more, 1), static _ => new ScriptValue(null));
            return;
        }

        double first = StartOf(match.Groups[2].Value);
        double step = match.Groups[3].Success ? StartOf(match.Groups[3].Value) : 0;
        Repeat(values, more + 1, i => new ScriptValue(first + (i * step)));
    }

    static double StartOf(string text)
    {
        double sign = text.StartsWith('-') ? -1 : 1;
        string plain = text.TrimStart('+', '-');
        return plain is "0" or "0ms" or "0s" ? 0
            : Durations.TryParse(plain, out long milliseconds) ? sign * milliseconds
            : throw new FormatException($"cannot read the start timestamp \"{text}\"");
    }

    /// <summary><c>{{…}}</c>, <c>{{…}}xN</c>, <c>{{…}}+{{…}}xN</c> and <c>{{…}}-{{…}}xN</c>.</summary>
    static void AddHistograms(string token, List<ScriptValue> values)
    {
        int end = token.IndexOf("}}", StringComparison.Ordinal) + 2;
        var current = HistogramLiteral.Parse(token[..Math.Max(end, 2)], out bool hintGiven);
        string rest = end < 2 ? throw new FormatException("a histogram lacks its \"}}\"") : token[end..];
        NativeHistogram? change = null;
        double sign = 1;
        if (rest.Length > 0 && rest[0] is '+' or '-')
        {
            sign = rest[0] == '-' ? -1 : 1;
            end = rest.IndexOf("}}", StringComparison.Ordinal) + 2;
            change = end < 2 ? throw new FormatException($"cannot read the value \"{token}\"")
                : HistogramLiteral.Parse(rest[1..end], out _);
            rest = rest[end..];
        }

        int more = rest.Length == 0 ? 0 : rest[0] == 'x' ? ParseCount(rest[1..])
            : throw new FormatException($"cannot read the value \"{token}\"");
        Repeat(values, more + 1, i =>
        {
            if (i > 0 && change is not null)
            {
                var sum = new HistogramSum(current);
                current = sum.Add(change, sign) ? sum.ToHistogram()
                    : throw new FormatException("histograms with exponential and custom buckets cannot be added");
            }

            return new ScriptValue(null, current, hintGiven);
        });
    }

    static void Repeat(List<ScriptValue> values, int count, Func<int, ScriptValue> value)
    {
        if (values.Count + (long)count > ValuesMax)
        {
            throw new FormatException($"more than {ValuesMax} values in one line");
        }

        for (int i = 0; i < count; i++)
        {
            values.Add(value(i));
        }
    }

    static int ParseCount(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    public static double ParseNumber(string text)
    {
        string plain = text.TrimStart('+', '-').ToLowerInvariant();
        double value = plain switch
        {
            "inf" => double.PositiveInfinity,
            "nan" => double.NaN,
            _ => double.Parse(plain.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture),
        };
        return text.StartsWith('-') ? -value : value;
    }

    [GeneratedRegex("^(_|stale)(?:x([0-9]+))?$")]
    private static partial Regex NothingPattern();

    [GeneratedRegex("^(?:(_)|([+-]?[0-9a-z]+?)([+-][0-9a-z]+?)?)(?:x([0-9]+))?$")]
    private static partial Regex StartPattern();

    [GeneratedRegex($"^([+-]?{Number})([+-]{Number})?(?:x([0-9]+))?$")]
    private static partial Regex ValuePattern();
}

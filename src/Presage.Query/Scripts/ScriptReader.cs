using System.Globalization;
using System.Text.RegularExpressions;
using Presage.Query.Parsing;

namespace Presage.Query.Scripts;

/// <summary>Reads the commands of a script in the promqltest language, current and older forms.</summary>
sealed partial class ScriptReader(string file, string text)
{
    readonly string[] _lines = [.. text.Split('\n').Select(l => l.Trim()).Select(l => l.StartsWith('#') ? "" : l)];
    int _at;

    /// <summary>The next command: an evaluation, a load, a clear; null at the end.</summary>
    public object? Next()
    {
        while (_at < _lines.Length)
        {
            string line = _lines[_at++];
            if (line.Length == 0)
            {
                continue;
            }

            int number = _at;
            try
            {
                string word = line.Split(' ', '\t')[0];
                return word switch
                {
                    "clear" => ScriptClear.Instance,
                    "load" or "load_with_nhcb" => ReadLoad(line),
                    _ when word.StartsWith("eval", StringComparison.Ordinal) => ReadEvaluation(line, number),
                    _ => throw new FormatException($"unknown command \"{word}\""),
                };
            }
            catch (Exception e) when (e is FormatException or PromQlException or OverflowException or ArgumentException)
            {
                throw new ScriptException(file, _at, e.Message);
            }
        }

        return null;
    }

    ScriptLoad ReadLoad(string line)
    {
        long step = ParseTime(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Last());
        List<SeriesLine> series = [];
        while (_at < _lines.Length && _lines[_at].Length > 0)
        {
            series.Add(SeriesLine.Parse(_lines[_at++]));
        }

        return new ScriptLoad(step, series, line.StartsWith("load_with_nhcb", StringComparison.Ordinal));
    }

    ScriptEvaluation ReadEvaluation(string line, int number)
    {
        var match = InstantPattern().Match(line);
        bool range = !match.Success;
        if (range)
        {
            match = RangePattern().Match(line);
        }

        if (!match.Success)
        {
            throw new FormatException("expected \"eval instant at TIME QUERY\" or "
                + "\"eval range from START to END step STEP "
                + "QUERY\"");
        }

        var evaluation = new ScriptEvaluation
        {
            Line = number,
            Command = line,
            Query = match.Groups["query"].Value,
            IsRange = range,
            StartMs = ParseTime(match.Groups["start"].Value),
            EndMs = range ? ParseTime(match.Groups["end"].Value) : 0,
            StepMs = range ? ParseTime(match.Groups["step"].Value) : 0,
        };
        string kind = match.Groups["kind"].Value;
        evaluation.Ordered = kind == "ordered";
        if (kind is "fail" or "warn" or "info")
        {
            evaluation.Expectations.Add(new Expectation(kind, null, null));
        }

        while (_at < _lines.Length && _lines[_at].Length > 0)
        {
            ReadExpectation(evaluation, _lines[_at++]);
        }

        return evaluation;
    }

    static void ReadExpectation(ScriptEvaluation evaluation, string line)
    {
        if (line.StartsWith("expect ", StringComparison.Ordinal))
        {
            ReadExpect(evaluation, line["expect ".Length..].Trim());
            return;
        }

        const string Message = "expected_fail_message ", Pattern = "expected_fail_regexp ";
        if (line.StartsWith(Message, StringComparison.Ordinal))
        {
            evaluation.Expectations.Add(new Expectation("fail", line[Message.Length..].Trim(), null));
        }
        else if (line.StartsWith(Pattern, StringComparison.Ordinal))
        {
            evaluation.Expectations.Add(new Expectation("fail", null, line[Pattern.Length..].Trim()));
        }
        else if (BareNumber().IsMatch(line))
        {
            evaluation.Scalar = SeriesLine.ParseNumber(line);
        }
        else
        {
            evaluation.Series.Add(SeriesLine.Parse(line));
        }
    }

    static void ReadExpect(ScriptEvaluation evaluation, string text)
    {
        var range = RangeVectorPattern().Match(text);
        if (range.Success)
        {
            evaluation.RangeVector = (
                ParseTime(range.Groups[1].Value), ParseTime(range.Groups[2].Value), ParseTime(range.Groups[3].Value));
            return;
        }

        if (text.StartsWith("string ", StringComparison.Ordinal))
        {
            evaluation.Text = Lexer.Tokenize(text["string ".Length..])[0].Text;
            return;
        }

        if (text == "ordered")
        {
            evaluation.Ordered = true;
            return;
        }

        var match = ExpectPattern().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"cannot read \"expect {text}\"");
        }

        string body = match.Groups[3].Value.Trim();
        string how = match.Groups[2].Value;
        evaluation.Expectations.Add(new Expectation(
            match.Groups[1].Value, how == "msg" ? body : null, how == "regex" ? body : null));
    }

    static long ParseTime(string text)
    {
        string plain = text.TrimStart('-', '+');
        long ms = Durations.TryParse(plain, out long duration) ? duration
            : (long)Math.Round(double.Parse(plain, CultureInfo.InvariantCulture) * 1000);
        return text.StartsWith('-') ? -ms : ms;
    }

    [GeneratedRegex(@"^eval(?:_(?<kind>fail|warn|ordered|info))?\s+instant\s+(?:at\s+(?<start>\S+))\s+(?<query>.+)$")]
    private static partial Regex InstantPattern();

    [GeneratedRegex(@"^eval(?:_(?<kind>fail|warn|info))?\s+range\s+from\s+(?<start>\S+)\s+to\s+(?<end>\S+)\s+step\s+"
        + @"(?<step>\S+)\s+(?<query>.+)$")]
    private static partial Regex RangePattern();

    [GeneratedRegex(@"^range\s+vector\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)$")]
    private static partial Regex RangeVectorPattern();

    [GeneratedRegex(@"^(fail|warn|info|no_warn|no_info)\s*(?:(msg|regex):(.*))?$")]
    private static partial Regex ExpectPattern();

    [GeneratedRegex(@"^[+-]?(?:[0-9.]+(?:[eE][+-]?[0-9]+)?|[iI][nN][fF]|[nN][aA][nN])$")]
    private static partial Regex BareNumber();
}

/// <summary><c>clear</c>.</summary>
sealed class ScriptClear
{
    public static readonly ScriptClear Instance = new();
}

/// <summary><c>load STEP</c> and its series.</summary>
/// <param name="StepMs">The time from one value to the next.</param>
/// <param name="Series">The lines.</param>
/// <param name="WithHistograms">Whether classic histograms are also loaded as native ones.</param>
sealed record ScriptLoad(long StepMs, IReadOnlyList<SeriesLine> Series, bool WithHistograms);

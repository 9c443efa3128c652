using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Presage.Metrics;
using Presage.Query.Parsing;

namespace Presage.Query.Scripts.Rules;

/// <summary>
/// Labels and annotations of alerts are templates: <c>{{ $labels.instance }} is at {{ $value | humanize }}</c>. Of Go's
/// templates this knows values and pipes; control structures and queries are refused.
/// </summary>
sealed partial class AlertTemplate(
    LabelSet labels, double value, IReadOnlyDictionary<string, string> externalLabels)
{
    /// <exception cref="FormatException">The template uses what is not known here; the message names it.</exception>
    public string Expand(string template)
    {
        var text = new StringBuilder();
        int at = 0;
        while (true)
        {
            int open = template.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0)
            {
                return text.Append(template, at, template.Length - at).ToString();
            }

            int close = template.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                throw new FormatException($"the template \"{template}\" lacks a \"}}}}\"");
            }

            text.Append(template, at, open - at);
            text.Append(Text(Pipe(template[(open + 2)..close].Trim('-', ' ', '\t', '\n'))));
            at = close + 2;
        }
    }

    object Pipe(string action)
    {
        object? carried = null;
        foreach (string stage in Stages(action))
        {
            var words = Words().Matches(stage).Select(static m => m.Value).ToList();
            if (words.Count == 0)
            {
                throw new FormatException($"the template action \"{action}\" has an empty stage");
            }

            List<object> arguments = [.. words.Skip(1).Select(ValueOf)];
            if (carried is not null)
            {
                arguments.Add(carried);
            }

            bool isValue = words.Count == 1 && carried is null;
            carried = isValue ? ValueOf(words[0]) : TemplateFunctions.Call(words[0], arguments);
        }

        return carried ?? throw new FormatException("a template action is empty");
    }

    object ValueOf(string word)
    {
        if (word is "$value" or ".Value")
        {
            return value;
        }

        if (word[0] is '"' or '`')
        {
            int at = 0;
            return QuotedText.TryRead(word, ref at, out string? quoted, out string? problem) ? quoted!
                : throw new FormatException(problem);
        }

        foreach (string prefix in (ReadOnlySpan<string>)["$labels.", ".Labels."])
        {
            if (word.StartsWith(prefix, StringComparison.Ordinal))
            {
                return labels[word[prefix.Length..]];
            }
        }

        foreach (string prefix in (ReadOnlySpan<string>)["$externalLabels.", ".ExternalLabels."])
        {
            if (word.StartsWith(prefix, StringComparison.Ordinal))
            {
                return externalLabels.GetValueOrDefault(word[prefix.Length..], "");
            }
        }

        return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new FormatException($"the template uses \"{word}\", which rule tests here do not know");
    }

    static IEnumerable<string> Stages(string action)
    {
        int start = 0;
        char quote = '\0';
        for (int i = 0; i < action.Length; i++)
        {
            if (quote != '\0')
            {
                quote = action[i] == quote ? '\0' : quote;
            }
            else if (action[i] is '"' or '`')
            {
                quote = action[i];
            }
            else if (action[i] == '|')
            {
                yield return action[start..i];
                start = i + 1;
            }
        }

        yield return action[start..];
    }

    static string Text(object value) => value is double number ? Numbers.FormatShort(number) : (string)value;

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|[^\\s\"`]+")]
    private static partial Regex Words();
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Presage.Query.Functions;

/// <summary>The places where Go's regular expressions and templates are written differently from .NET's.</summary>
static class GoPattern
{
    /// <summary>Named groups are <c>(?P&lt;name&gt;…)</c> in Go.</summary>
    public static string ToDotNet(string pattern) => pattern.Replace("(?P<", "(?<", StringComparison.Ordinal);

    /// <summary>Fills a template: <c>$1</c>, <c>${1}</c>, <c>$name</c>, <c>$$</c>; an unknown group is empty.</summary>
    public static string Expand(string template, Match match)
    {
        var text = new StringBuilder();
        for (int at = 0; at < template.Length; at++)
        {
            if (template[at] != '$' || at + 1 == template.Length)
            {
                text.Append(template[at]);
                continue;
            }

            if (template[at + 1] == '$')
            {
                text.Append('$');
                at++;
                continue;
            }

            bool braced = template[at + 1] == '{';
            int start = at + (braced ? 2 : 1), end = start;
            while (end < template.Length && (char.IsAsciiLetterOrDigit(template[end]) || template[end] == '_'))
            {
                end++;
            }

            if (end == start || (braced && (end == template.Length || template[end] != '}')))
            {
                text.Append('$');
                continue;
            }

            text.Append(ValueOf(match, template[start..end]));
            at = braced ? end : end - 1;
        }

        return text.ToString();
    }

    static string ValueOf(Match match, string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? match.Groups[number].Value
            : match.Groups[name].Value;
}

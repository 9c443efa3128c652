using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>/etc/os-release (or /usr/lib/os-release): shell assignments that name the distribution.</summary>
static class OsRelease
{
    public static Dictionary<string, string> Read(Sources sources, string rootPath) =>
        Parse(sources.ReadText(rootPath, "etc/os-release") ?? sources.ReadText(rootPath, "usr/lib/os-release") ?? "");

    internal static Dictionary<string, string> Parse(string text)
    {
        var fields = new Dictionary<string, string>();
        foreach (string line in text.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
            {
                fields[line[..equals].Trim()] = Unquote(line[(equals + 1)..].Trim());
            }
        }

        return fields;
    }

    static string Unquote(string value) =>
        value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0]
            ? value[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\$", "$", StringComparison.Ordinal)
                .Replace("\\`", "`", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)
            : value;
}

namespace Presage.Collection;

/// <summary>Makes parts of metric names of what the kernel calls things.</summary>
static class MetricNames
{
    /// <summary>Letters, digits and underscores stay; anything else becomes an underscore.</summary>
    public static string Clean(string name) =>
        string.Create(name.Length, name, static (target, source) =>
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = char.IsAsciiLetterOrDigit(source[i]) || source[i] == '_' ? source[i] : '_';
            }
        });

    /// <summary>
    /// node_exporter's form of hardware names: lower case, runs of other characters as underscores, none at the ends.
    /// </summary>
    public static string CleanHardware(string name) => Clean(name.ToLowerInvariant()).Trim('_');
}

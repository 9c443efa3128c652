namespace Presage.Configuration;

/// <summary>
/// One thing an operator can set: in the file by its key, in the environment by its variable, on the command line.
/// </summary>
/// <param name="Key">Its path in the file, with dots: <c>storage.retention</c>.</param>
/// <param name="Form">What a value looks like, to follow "is not": "a duration such as 15d".</param>
/// <param name="Default">The default as an operator would write it; empty when there is none.</param>
/// <param name="Meaning">One sentence for the reference.</param>
/// <param name="TrySet">Reads a value into the options; false when it does not have the form.</param>
sealed record ConfigurationKey(
    string Key, string Form, string Default, string Meaning, Func<PresageOptions, string, bool> TrySet)
{
    /// <summary>Whether relative values are relative to the file they stand in.</summary>
    public bool IsPath { get; init; }

    /// <summary>Whether the file may hold a list: its entries are joined by line ends.</summary>
    public bool IsList { get; init; }

    public string Variable => "PRESAGE_" + Key.Replace('.', '_').ToUpperInvariant();

    public string Flag => "--" + Key.Replace('_', '-');
}

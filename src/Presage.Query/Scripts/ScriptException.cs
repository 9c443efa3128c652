namespace Presage.Query.Scripts;

/// <summary>A script cannot be read; the message names file and line.</summary>
public sealed class ScriptException(string file, int line, string message) : Exception($"{file}:{line}: {message}")
{
    public string File { get; } = file;

    public int Line { get; } = line;
}

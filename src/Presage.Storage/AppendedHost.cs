namespace Presage.Storage;

/// <summary>A host of the store, as its observer sees it from call to call.</summary>
public class AppendedHost(string name)
{
    /// <summary>The host's name; empty for series without one.</summary>
    public string Name { get; } = name;
}

namespace Presage.Storage;

/// <summary>A host of the store, as its observer sees it from call to call.</summary>
public class AppendedHost(string name)
{
    /// <summary>The host's name; empty for series without one.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// The observer's own: what it looked up for this host once. Lost when the host leaves the head and comes back.
    /// </summary>
    public object? Known { get; set; }
}

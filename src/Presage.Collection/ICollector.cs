namespace Presage.Collection;

/// <summary>
/// Reads one subject of the operating system. Called by one thread at a time. Throws nothing for sources that a machine
/// may lack: it says so by <see cref="CollectionWriter.Missing"/>.
/// </summary>
public interface ICollector
{
    /// <summary>
    /// The subject in one word, node_exporter's name for it where it has one; label <c>collector</c>.
    /// </summary>
    string Name { get; }

    /// <summary>Writes the subject's samples as of now.</summary>
    void Collect(CollectionWriter writer);
}

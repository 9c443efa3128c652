using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>/proc/sys/fs/file-nr: open file handles and their limit.</summary>
sealed class LinuxFileHandles(Sources sources, SeriesKeys keys) : ICollector
{
    readonly SourceFile _fileHandles = sources.Proc("sys/fs/file-nr");
    readonly byte[] _allocated = keys.Key("node_filefd_allocated");
    readonly byte[] _maximum = keys.Key("node_filefd_maximum");

    public string Name => "filefd";

    public void Collect(CollectionWriter writer)
    {
        if (_fileHandles.TryRead(out var content))
        {
            Parse(content, writer);
        }
        else
        {
            writer.Missing(_fileHandles.Path);
        }
    }

    /// <summary>Allocated, unused (always 0 since Linux 2.6), maximum.</summary>
    internal void Parse(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        var words = new ByteScanner(content);
        if (words.TryReadNumber(out double allocated) && words.TryReadNumber(out _)
            && words.TryReadNumber(out double maximum))
        {
            writer.Write(_allocated, allocated);
            writer.Write(_maximum, maximum);
        }
    }
}

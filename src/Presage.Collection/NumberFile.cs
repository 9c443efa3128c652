using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>A file that holds one number, and the series it becomes.</summary>
sealed class NumberFile(SourceFile file, byte[] key)
{
    public string Path => file.Path;

    /// <summary>Writes the number; false where there is none.</summary>
    public bool TryWrite(CollectionWriter writer)
    {
        if (!file.TryRead(out var content) || !new ByteScanner(content).TryReadNumber(out double value))
        {
            return false;
        }

        writer.Write(key, value);
        return true;
    }
}

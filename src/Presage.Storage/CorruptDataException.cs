namespace Presage.Storage;

/// <summary>
/// Stored bytes are not what was written: a checksum, a bound or a format rule is broken. Recovery answers it.
/// </summary>
public sealed class CorruptDataException : Exception
{
    public CorruptDataException(string message, string file = "", long offsetBytes = 0)
        : base(file.Length == 0 ? message : $"{file}, byte {offsetBytes}: {message}")
    {
        Reason = message;
        File = file;
        OffsetBytes = offsetBytes;
    }

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; }

    /// <summary>The damaged file; empty where bytes did not come from a file of their own.</summary>
    public string File { get; }

    /// <summary>Where in the file the damage begins.</summary>
    public long OffsetBytes { get; }
}

namespace Presage.Storage;

/// <summary>
/// A file was written by a newer version of Presage. It is left as it is, and the folder is not opened: whoever does
/// not know a format must not judge what in it is damaged.
/// </summary>
/// <param name="what">The kind of file.</param>
/// <param name="file">Its path.</param>
/// <param name="found">Its format version.</param>
/// <param name="known">The newest one known here.</param>
public sealed class NewerFormatException(string what, string file, long found, long known) : IOException(
    $"{what} {file} has format version {found}, and this version of Presage knows up to {known}: a newer one wrote " +
    "it. Start that version, or restore a backup made before the upgrade. The file is left as it is.");

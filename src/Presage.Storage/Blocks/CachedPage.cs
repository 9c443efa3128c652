namespace Presage.Storage;

/// <summary>A page that <see cref="PageCache"/> may keep.</summary>
abstract class CachedPage
{
    /// <summary>
    /// Whether somebody asked for it since the cache last looked; threads need not agree on it at once.
    /// </summary>
    public bool IsUsed { get; set; }

    /// <summary>Bytes held, for the cache.</summary>
    public abstract int Bytes { get; }
}

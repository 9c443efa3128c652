namespace Presage.Storage;

/// <summary>
/// Told what was appended, so that watching runs in the same turn and nobody polls the store. Called once per host and
/// turn (one batch, or several that waited together), after the samples became readable and before they are
/// acknowledged; calls never overlap. Must be cheap and must not throw.
/// </summary>
public interface IAppendObserver
{
    /// <param name="host">The host (<c>SeriesKey.HostOf</c>) the samples belong to.</param>
    /// <param name="known">
    /// The observer's own: what it looked up for this host once. Null at first, and when the host left the head and
    /// came back. Kept apart from the host, so that telling of ten thousand hosts touches nothing else of them.
    /// </param>
    /// <param name="newestTimestampMs">The newest timestamp among them, ms since 1970 UTC.</param>
    /// <param name="samples">How many samples were appended, duplicates not counted; at least 1.</param>
    void OnAppended(AppendedHost host, ref object? known, long newestTimestampMs, int samples);
}

namespace Presage.Storage;

/// <summary>
/// Told what was appended, so that watching runs in the same turn and nobody polls the store. Called once per host and
/// turn (one batch, or several that waited together), after the samples became readable and before they are
/// acknowledged; calls never overlap. Must be cheap and must not throw.
/// </summary>
public interface IAppendObserver
{
    /// <param name="host">The host (<c>SeriesKey.HostOf</c>) the samples belong to, and what the observer knows of
    /// it.</param>
    /// <param name="newestTimestampMs">The newest timestamp among them, ms since 1970 UTC.</param>
    /// <param name="samples">How many samples were appended, duplicates not counted; at least 1.</param>
    void OnAppended(AppendedHost host, long newestTimestampMs, int samples);
}

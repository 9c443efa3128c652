namespace Presage.Storage;

/// <summary>
/// Told what was appended, so that watching runs in the same turn and nobody polls the store. Called once per host
/// part of every batch, after its samples became readable and before they are acknowledged; calls never overlap. Must
/// be cheap and must not throw.
/// </summary>
public interface IAppendObserver
{
    /// <param name="host">The host (<c>SeriesKey.HostOf</c>) the samples belong to.</param>
    /// <param name="newestTimestampMs">The newest timestamp among them, ms since 1970 UTC.</param>
    /// <param name="samples">How many samples were appended, duplicates not counted; at least 1.</param>
    void OnAppended(string host, long newestTimestampMs, int samples);
}

using Presage.Storage;
using Presage.Watching;

namespace Presage.Receivers;

/// <summary>What the store tells after each append: counted, and passed on to the register of hosts.</summary>
sealed class AppendFeed : IAppendObserver
{
    long _samples;

    /// <summary>
    /// Known only once the state file is open; the store opens first, because it holds the folder's lock, and nothing
    /// is appended in between.
    /// </summary>
    public HostRegistry? Registry { get; set; }

    /// <summary>Samples appended since the start, whatever their source.</summary>
    public long Samples => Volatile.Read(ref _samples);

    public void OnAppended(AppendedHost host, ref object? known, long newestTimestampMs, int samples)
    {
        Volatile.Write(ref _samples, _samples + samples);
        Registry?.OnAppended(host, ref known, newestTimestampMs, samples);
    }
}

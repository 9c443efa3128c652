using Presage.Metrics;
using Presage.Storage;

namespace Presage.Watching;

/// <summary>The two sides of the store that watching needs.</summary>
/// <param name="Sink">Where readings go.</param>
/// <param name="ForHost">The series of one host.</param>
/// <param name="Follow">The newest samples of one host.</param>
public sealed record WatchedStore(
    ISampleSink Sink, Func<string, ISampleSource> ForHost, Func<string, FollowedHost> Follow)
{
    /// <summary>Both sides of a store.</summary>
    public WatchedStore(SampleStore store)
        : this(store, store.ForHost, store.Follow)
    {
    }
}

using Presage.Metrics;

namespace Presage.Watching;

/// <summary>The two sides of the store that watching needs.</summary>
/// <param name="Sink">Where readings go.</param>
/// <param name="ForHost">The series of one host.</param>
public sealed record WatchedStore(ISampleSink Sink, Func<string, ISampleSource> ForHost);

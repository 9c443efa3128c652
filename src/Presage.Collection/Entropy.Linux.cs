using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>/proc/sys/kernel/random: entropy available, and the size of its pool.</summary>
sealed class LinuxEntropy(Sources sources, SeriesKeys keys) : ICollector
{
    readonly NumberFile _available =
        new(sources.Proc("sys/kernel/random/entropy_avail"), keys.Key("node_entropy_available_bits"));
    readonly NumberFile _poolSize =
        new(sources.Proc("sys/kernel/random/poolsize"), keys.Key("node_entropy_pool_size_bits"));

    public string Name => "entropy";

    public void Collect(CollectionWriter writer)
    {
        if (!_available.TryWrite(writer))
        {
            writer.Missing(_available.Path);
        }

        _ = _poolSize.TryWrite(writer);
    }
}

namespace Presage.Storage;

/// <summary>One host of the head: its name, its shard and its series.</summary>
sealed class HostSeries(string name, int number, Shard shard) : AppendedHost(name)
{
    /// <summary>The number its series carry.</summary>
    public int Number { get; } = number;

    public Shard Shard { get; } = shard;

    /// <summary>Numbers of its series, ascending. Guarded by the lock of the shard's index.</summary>
    public IdList Series { get; } = shard.Index.NewList();

    /// <summary>Series that began and left so far. Guarded as they are.</summary>
    public long Changes;
}

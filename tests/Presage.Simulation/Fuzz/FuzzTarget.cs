namespace Presage.Simulation;

/// <summary>A reader of foreign bytes.</summary>
/// <param name="Name">What reads.</param>
/// <param name="Seeds">Bytes it understands, to be changed.</param>
/// <param name="Read">Reads; throws nothing, whatever the bytes.</param>
sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Read);

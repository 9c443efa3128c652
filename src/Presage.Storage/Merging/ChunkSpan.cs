namespace Presage.Storage;

/// <summary>How many samples a chunk has and when the first and the last of them were.</summary>
readonly record struct ChunkSpan(int Count, long FirstMs, long LastMs);

namespace Presage.Storage;

/// <summary>Is shown a chunk; its bytes live as long as the call.</summary>
delegate void ChunkVisitor(ChunkReader chunk);

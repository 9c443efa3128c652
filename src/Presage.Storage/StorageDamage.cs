namespace Presage.Storage;

/// <summary>Damage that recovery met and got around.</summary>
/// <param name="File">The damaged file.</param>
/// <param name="OffsetBytes">Where the damage begins.</param>
/// <param name="LostBytes">How much was cut off or set aside.</param>
/// <param name="Reason">What was wrong with the bytes.</param>
public sealed record StorageDamage(string File, long OffsetBytes, long LostBytes, string Reason);

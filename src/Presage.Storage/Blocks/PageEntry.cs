namespace Presage.Storage;

/// <summary>Where a page lies: offset in the file, bytes there and unpacked, XXH3 of the bytes there.</summary>
readonly record struct PageEntry(long Offset, int PackedBytes, int Bytes, ulong Checksum);

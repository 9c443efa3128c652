using System.Buffers.Binary;

namespace Presage.Protocols.Tsdb;

/// <summary>The ranges of time that were deleted from a Prometheus block (file <c>tombstones</c>).</summary>
public sealed class TsdbTombstones
{
    const uint Magic = 0x0130BA30;

    readonly Dictionary<ulong, List<(long FromMs, long ToMs)>> _bySeries = [];

    /// <exception cref="InvalidDataException">It is no such file, or broken.</exception>
    public static TsdbTombstones Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 9 || BinaryPrimitives.ReadUInt32BigEndian(file) != Magic || file[4] != 1)
        {
            throw new InvalidDataException("the file is not the tombstones of a Prometheus block");
        }

        var entries = file[5..^4];
        if (TsdbChecksum.Of(entries) != BinaryPrimitives.ReadUInt32BigEndian(file[^4..]))
        {
            throw new InvalidDataException("the checksum of the tombstones is wrong");
        }

        var stones = new TsdbTombstones();
        var reader = new TsdbBytes(entries, 0);
        while (!reader.AtEnd && !reader.IsBroken)
        {
            ulong series = reader.ReadUvarint();
            long fromMs = reader.ReadVarint(), toMs = reader.ReadVarint();
            if (!stones._bySeries.TryGetValue(series, out var ranges))
            {
                stones._bySeries.Add(series, ranges = []);
            }

            ranges.Add((fromMs, toMs));
        }

        if (reader.IsBroken)
        {
            throw new InvalidDataException("the tombstones end within an entry");
        }

        return stones;
    }

    /// <summary>The deleted ranges of a series, ends included.</summary>
    public IReadOnlyList<(long FromMs, long ToMs)> Of(ulong seriesRef) =>
        _bySeries.TryGetValue(seriesRef, out var ranges) ? ranges : [];
}

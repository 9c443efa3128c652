using System.Text.Json;
using Microsoft.Extensions.Logging;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// The deletions asked for and not carried out in all files: readers leave out what they name, merges drop it. They
/// stand in <c>tombstones.json</c> of the data folder until no file holds such samples.
/// </summary>
sealed class Tombstones
{
    /// <summary>
    /// Told at both ends, so that damage is not taken for a newer version. Version 1 told it at the beginning only, and
    /// neither <c>beforeBlock</c> nor <c>beforeSegment</c>.
    /// </summary>
    const int Version = 2;

    readonly Disk _disk;
    readonly string _path;
    readonly Lock _lock = new();
    volatile Tombstone[] _current = [];
    int _nextNumber = 1;

    public Tombstones(Disk disk, string dataFolder)
    {
        _disk = disk;
        _path = FileOf(dataFolder);
    }

    public bool IsEmpty => _current.Length == 0;

    public Tombstone[] Current => _current;

    public static string FileOf(string dataFolder) => Path.Combine(dataFolder, "tombstones.json");

    /// <summary>Reads the file, if there is one; a damaged one is set aside and reported.</summary>
    /// <exception cref="NewerFormatException">A newer version of Presage wrote it.</exception>
    public void Open(BlockNumbers numbers, Action<StorageDamage> onDamage, ILogger logger)
    {
        if (!_disk.Exists(_path))
        {
            return;
        }

        try
        {
            _current = Parse(_disk.ReadAll(_path), _path);
            _nextNumber = _current.Length == 0 ? 1 : _current[^1].Number + 1;
            foreach (var deletion in _current.Where(static d => !d.IsForHead))
            {
                numbers.Above(deletion.BeforeBlock);
            }
        }
        catch (CorruptDataException e)
        {
            string aside = _path + ".damaged";
            onDamage(new StorageDamage(_path, 0, _disk.LengthOf(_path), e.Reason));
            _disk.Move(_path, aside, overwrite: true);
            Log.BlockSetAside(logger, _path, 0, e.Reason, aside);
        }
    }

    /// <summary>Adds deletions; when this returns they survive power loss.</summary>
    /// <param name="selectors">The series of each.</param>
    /// <param name="range">The span.</param>
    /// <param name="numbers">Gives the number they have among blocks: they are for those of lower ones.</param>
    /// <param name="beforeSegment">And for journal segments of lower numbers.</param>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public Tombstone[] Add(
        IReadOnlyList<IReadOnlyList<LabelMatcher>> selectors, TimeRange range, BlockNumbers numbers, int beforeSegment)
    {
        lock (_lock)
        {
            int beforeBlock = numbers.Next();
            Tombstone[] added =
            [
                .. selectors.Select(matchers => new Tombstone(
                    _nextNumber++, matchers, range, beforeBlock, beforeSegment)),
            ];
            Store([.. _current, .. added]);
            return added;
        }
    }

    /// <summary>
    /// Does something while none is added: between the number that a deletion has among blocks and its place in the
    /// list lies a write to the disk, and a merge that took its own numbers in between would not know of it.
    /// </summary>
    public T WhileNoneComes<T>(Func<Tombstone[], T> work)
    {
        lock (_lock)
        {
            return work(_current);
        }
    }

    /// <summary>Removes deletions that are carried out.</summary>
    public void Remove(IReadOnlyCollection<Tombstone> done)
    {
        lock (_lock)
        {
            Store([.. _current.Where(t => !done.Contains(t))]);
        }
    }

    /// <summary>The deletions that are for a series.</summary>
    public IReadOnlyList<Tombstone> For(LabelSet labels) => Tombstone.For(labels, _current);

    void Store(Tombstone[] tombstones)
    {
        _disk.Replace(_path, Write(tombstones));
        _current = tombstones;
    }

    static byte[] Write(Tombstone[] tombstones)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            writer.WriteStartArray("tombstones");
            foreach (var tombstone in tombstones)
            {
                writer.WriteStartObject();
                writer.WriteNumber("number", tombstone.Number);
                writer.WriteNumber("fromMs", tombstone.Range.FromMs);
                writer.WriteNumber("toMs", tombstone.Range.ToMs);
                writer.WriteNumber("beforeBlock", tombstone.BeforeBlock);
                writer.WriteNumber("beforeSegment", tombstone.BeforeSegment);
                writer.WriteStartArray("matchers");
                foreach (var matcher in tombstone.Matchers)
                {
                    writer.WriteStartArray();
                    writer.WriteStringValue(matcher.Name);
                    writer.WriteStringValue(matcher.Operator.ToString());
                    writer.WriteStringValue(matcher.Value);
                    writer.WriteEndArray();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteNumber("end", Version);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    static Tombstone[] Parse(byte[] bytes, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            int version = document.RootElement.GetProperty("version").GetInt32();
            int end = document.RootElement.TryGetProperty("end", out var last) ? last.GetInt32() : 1;
            if (version > Version && version == end)
            {
                throw new NewerFormatException("The list of deletions", path, version, Version);
            }

            if (version != end)
            {
                throw new CorruptDataException($"It begins as version {version} and ends as {end}.", path);
            }

            return [.. document.RootElement.GetProperty("tombstones").EnumerateArray().Select(t => new Tombstone(
                t.GetProperty("number").GetInt32(),
                [.. t.GetProperty("matchers").EnumerateArray().Select(static m => new LabelMatcher(
                    m[0].GetString()!, Enum.Parse<MatchOperator>(m[1].GetString()!), m[2].GetString()!))],
                new TimeRange(t.GetProperty("fromMs").GetInt64(), t.GetProperty("toMs").GetInt64()),
                version == 1 ? Tombstone.All : t.GetProperty("beforeBlock").GetInt32(),
                version == 1 ? Tombstone.All : t.GetProperty("beforeSegment").GetInt32()))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException or IndexOutOfRangeException)
        {
            throw new CorruptDataException($"It is not a list of deletions: {e.Message}", path);
        }
    }
}

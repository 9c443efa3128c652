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
    public void Open(Action<StorageDamage> onDamage, ILogger logger)
    {
        if (!_disk.Exists(_path))
        {
            return;
        }

        try
        {
            _current = Parse(_disk.ReadAll(_path), _path);
            _nextNumber = _current.Length == 0 ? 1 : _current[^1].Number + 1;
        }
        catch (CorruptDataException e)
        {
            string aside = _path + ".damaged";
            onDamage(new StorageDamage(_path, 0, _disk.LengthOf(_path), e.Reason));
            _disk.Move(_path, aside, overwrite: true);
            Log.BlockSetAside(logger, _path, 0, e.Reason, aside);
        }
    }

    /// <summary>Takes a deletion that a user asks for, counts the series it is for and logs it.</summary>
    /// <exception cref="ArgumentException">There are no matchers.</exception>
    /// <exception cref="IOException">The disk is full or broken: nothing is deleted.</exception>
    public DeletionOutcome Ask(
        IReadOnlyList<LabelMatcher> matchers, TimeRange range, ISampleSource source, ILogger logger, Action asked)
    {
        if (matchers.Count == 0)
        {
            throw new ArgumentException("A deletion names its series by at least one matcher.", nameof(matchers));
        }

        int series = source.Select(matchers, range).Count;
        var deletion = Add(matchers, range);
        asked();
        Log.DeletionAsked(logger, deletion.Number, string.Join(',', matchers), range.FromMs, range.ToMs);
        return new DeletionOutcome(series);
    }

    /// <summary>Adds a deletion; when this returns it survives power loss.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    Tombstone Add(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        lock (_lock)
        {
            var tombstone = new Tombstone(_nextNumber++, matchers, range);
            Store([.. _current, tombstone]);
            return tombstone;
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

    /// <summary>The spans deleted of a series.</summary>
    public IReadOnlyList<TimeRange> For(LabelSet labels)
    {
        var current = _current;
        if (current.Length == 0)
        {
            return [];
        }

        List<TimeRange>? ranges = null;
        foreach (var tombstone in current)
        {
            if (tombstone.Matches(labels))
            {
                (ranges ??= []).Add(tombstone.Range);
            }
        }

        return ranges ?? (IReadOnlyList<TimeRange>)[];
    }

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
            writer.WriteNumber("version", 1);
            writer.WriteStartArray("tombstones");
            foreach (var tombstone in tombstones)
            {
                writer.WriteStartObject();
                writer.WriteNumber("number", tombstone.Number);
                writer.WriteNumber("fromMs", tombstone.Range.FromMs);
                writer.WriteNumber("toMs", tombstone.Range.ToMs);
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
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    static Tombstone[] Parse(byte[] bytes, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return [.. document.RootElement.GetProperty("tombstones").EnumerateArray().Select(static t => new Tombstone(
                t.GetProperty("number").GetInt32(),
                [.. t.GetProperty("matchers").EnumerateArray().Select(static m => new LabelMatcher(
                    m[0].GetString()!, Enum.Parse<MatchOperator>(m[1].GetString()!), m[2].GetString()!))],
                new TimeRange(t.GetProperty("fromMs").GetInt64(), t.GetProperty("toMs").GetInt64())))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException or IndexOutOfRangeException)
        {
            throw new CorruptDataException($"It is not a list of deletions: {e.Message}", path);
        }
    }
}

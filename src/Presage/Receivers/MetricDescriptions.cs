using System.Collections.Concurrent;
using System.Text;
using Microsoft.Data.Sqlite;
using Presage.Protocols.Prometheus;
using Presage.State;

namespace Presage.Receivers;

/// <summary>
/// Type, help and unit of metrics, as senders last described them: Prometheus by remote write 1.0 every minute, by 2.0
/// with every series (taken anew every ten minutes), text push and import with the samples. They lie in the state file
/// too, written once a minute and at a stop, so that they are there after a restart, before anybody describes them
/// again.
/// </summary>
sealed class MetricDescriptions
{
    /// <summary>Descriptions beyond this many are not kept: 20,000 of 200 characters are about 8 MB.</summary>
    const int NamesMax = 20_000;
    const int NameBytesMax = 256;

    /// <summary>A longer help text is cut.</summary>
    const int HelpCharsMax = 500;
    const int UnitCharsMax = 50;
    static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(10);

    readonly TimeProvider _time;
    readonly StateDatabase _state;
    readonly ConcurrentDictionary<string, MetricDescription> _byName = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, bool> _unsaved = new(StringComparer.Ordinal);

    public MetricDescriptions(TimeProvider time, StateDatabase state)
    {
        _time = time;
        _state = state;
        foreach (var (name, description) in state.Read(static connection => connection.Query(
            $"select name, type, help, unit from metric_descriptions limit {NamesMax}", ReadRow)))
        {
            _byName[name] = description;
        }
    }

    /// <summary>What is known of a metric, under its own name or its family's; empty when nothing is.</summary>
    public MetricDescription Of(string name) => _byName.GetValueOrDefault(name)
        ?? (FamilyOf(name) is { } family ? _byName.GetValueOrDefault(family) : null)
        ?? MetricDescription.Unknown;

    /// <summary>All that is known, by the name of the family.</summary>
    public IEnumerable<KeyValuePair<string, MetricDescription>> All => _byName;

    /// <summary>Whether a metric was described within the last ten minutes. Does not allocate.</summary>
    public bool Knows(ReadOnlySpan<byte> name)
    {
        if (name.Length > NameBytesMax)
        {
            return false;
        }

        Span<char> buffer = stackalloc char[NameBytesMax];
        var text = buffer[..Encoding.UTF8.GetChars(name, buffer)];
        return _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var known)
            && known.Noted != 0 && _time.GetElapsedTime(known.Noted) < KnownFor;
    }

    /// <summary>Keeps what a sender says.</summary>
    public void Note(IEnumerable<MetricMetadata> metadata)
    {
        foreach (var entry in metadata)
        {
            _byName.TryGetValue(entry.Family, out var known);
            if (known is null && (_byName.Count >= NamesMax || entry.Family.Length > NameBytesMax))
            {
                continue;
            }

            var said = new MetricDescription(
                entry.Type == "unknown" ? null : entry.Type,
                Cut(entry.Help, HelpCharsMax),
                Cut(entry.Unit, UnitCharsMax));
            bool changed = known is null || !known.SaysTheSame(said);
            _byName[entry.Family] = (changed ? said : known!) with { Noted = _time.GetTimestamp() };
            if (changed)
            {
                _unsaved[entry.Family] = true;
            }
        }
    }

    /// <summary>Writes what changed since the last time to the state file.</summary>
    /// <exception cref="SqliteException">The disk is full or broken: it is tried again the next time.</exception>
    public void Save()
    {
        string[] names = [.. _unsaved.Keys];
        if (names.Length == 0)
        {
            return;
        }

        // What changes meanwhile is marked again.
        foreach (string name in names)
        {
            _unsaved.TryRemove(name, out _);
        }

        try
        {
            _state.Write(connection => Array.ForEach(names, name => Write(connection, name, _byName[name])));
        }
        catch (SqliteException)
        {
            Array.ForEach(names, name => _unsaved[name] = true);
            throw;
        }
    }

    static void Write(SqliteConnection connection, string name, MetricDescription description) => connection.Execute(
        """
        insert into metric_descriptions (name, type, help, unit) values ($name, $type, $help, $unit)
        on conflict (name) do update set type = excluded.type, help = excluded.help, unit = excluded.unit
        """,
        ("$name", name), ("$type", description.Type), ("$help", description.Help), ("$unit", description.Unit));

    static (string, MetricDescription) ReadRow(SqliteDataReader row) => (
        row.GetString(0), new MetricDescription(row.StringOrNull(1), row.StringOrNull(2), row.StringOrNull(3)));

    static string? Cut(string text, int charsMax)
    {
        if (text.Length <= charsMax)
        {
            return text.Length == 0 ? null : text;
        }

        // Not within a character of two parts.
        return text[..(char.IsHighSurrogate(text[charsMax - 1]) ? charsMax - 1 : charsMax)];
    }

    /// <summary>The family of a counter, histogram or summary that is described without its ending.</summary>
    static string? FamilyOf(string name)
    {
        foreach (string ending in (ReadOnlySpan<string>)["_total", "_bucket", "_sum", "_count"])
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
            {
                return name[..^ending.Length];
            }
        }

        return null;
    }
}

/// <summary>What is known of a metric; null where nothing was said.</summary>
sealed record MetricDescription(string? Type, string? Help, string? Unit)
{
    public static readonly MetricDescription Unknown = new(null, null, null);

    /// <summary>When, as a timestamp of the clock; 0 where it was read from the state file.</summary>
    public long Noted { get; init; }

    public bool SaysTheSame(MetricDescription other) =>
        Type == other.Type && Help == other.Help && Unit == other.Unit;
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Presage.OwnModels;
using Presage.State;

namespace Presage.Watching;

/// <summary>The runs of unusual values, in the state file.</summary>
/// <param name="news">Who is told what began and ended; null where nobody looks.</param>
public sealed class AnomalyLog(StateDatabase state, AnomalyNews? news = null)
{
    /// <summary>The key of anomalies of a host as a whole.</summary>
    public const string HostKey = "host";

    /// <summary>The key of anomalies of hosts that are unlike their twins.</summary>
    public const string TwinsKey = "twins";

    /// <summary>Keys of anomalies that own models found begin so; the model's name follows, then the series.</summary>
    public const string ModelPrefix = "model ";

    const string Columns = "id, host, key, vital, start_ms, end_ms, peak_ms, peak_value, peak_score, lower, upper, " +
        "is_above, is_slow, sentence, causes, since_ms, statement";

    /// <summary>Values of any series, and scores of any model, may be infinite.</summary>
    static readonly JsonSerializerOptions AnyNumber =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Anomalies that overlap a time span, newest first; of one host or of all.</summary>
    /// <param name="vitals">Whether those of single vital signs are wanted, too.</param>
    public IReadOnlyList<StoredAnomaly> Between(
        long fromMs, long toMs, string? host, int countMax, bool vitals = true) =>
        state.Read(connection => connection.Query(
            $"""
            select {Columns} from anomalies
            where start_ms <= $to and (end_ms is null or end_ms >= $from) and ($host is null or host = $host)
                and ($vitals or key in ('host', 'twins'))
            order by start_ms desc, id desc limit $max
            """,
            Row,
            ("$from", fromMs),
            ("$to", toMs),
            ("$host", host),
            ("$vitals", vitals),
            ("$max", countMax)));

    /// <summary>One anomaly; null when there is none of that number.</summary>
    public StoredAnomaly? Find(long id) => state.Read(connection => connection.Query(
        $"select {Columns} from anomalies where id = $id", Row, ("$id", id))).FirstOrDefault();

    /// <summary>
    /// The running anomaly of a vital sign or, by default, of a host as a whole; null when none runs.
    /// </summary>
    public StoredAnomaly? Running(string host, string key = HostKey) => state.Read(connection => connection.Query(
        $"select {Columns} from anomalies where host = $host and key = $key and end_ms is null " +
        "order by start_ms desc limit 1",
        Row,
        ("$host", host),
        ("$key", key))).FirstOrDefault();

    /// <summary>
    /// The newest anomaly of a vital sign or, by default, of a host as a whole; null before the first.
    /// </summary>
    public StoredAnomaly? Last(string host, string key = HostKey) => state.Read(connection => connection.Query(
        $"select {Columns} from anomalies where host = $host and key = $key order by start_ms desc limit 1",
        Row,
        ("$host", host),
        ("$key", key))).FirstOrDefault();

    /// <summary>The running anomalies of hosts unlike their twins.</summary>
    internal IReadOnlyList<StoredAnomaly> RunningTwins() => state.Read(static connection => connection.Query(
        $"select {Columns} from anomalies where key = '{TwinsKey}' and end_ms is null", Row));

    /// <summary>The running anomalies of a host's single vital signs.</summary>
    public IReadOnlyList<StoredAnomaly> RunningVitals(string host) => state.Read(connection => connection.Query(
        $"select {Columns} from anomalies where host = $host and end_ms is null and key not in ('host', 'twins')",
        Row,
        ("$host", host)));

    /// <summary>Writes what began or ended, and tells it to live pages.</summary>
    internal void Tell(IReadOnlyList<AnomalyEvent> events)
    {
        var ids = Write(events);
        news?.Add(ids.Zip(events));
    }

    /// <summary>Writes anomalies as they are now, in one transaction; their numbers in the same order.</summary>
    internal IReadOnlyList<long> Write(IReadOnlyList<AnomalyEvent> events) => state.Write(connection =>
    {
        var ids = new List<long>(events.Count);
        foreach (var happened in events)
        {
            var anomaly = happened.Anomaly;
            ids.Add(connection.Query(
                """
                insert into anomalies (host, key, vital, start_ms, end_ms, peak_ms, peak_value, peak_score, lower,
                    upper, is_above, is_slow, sentence, causes, since_ms, statement)
                values ($host, $key, $vital, $start, $end, $peak, $peakValue, $peakScore, $lower, $upper, $above, $slow,
                    $sentence, $causes, $since, $statement)
                on conflict (host, key, start_ms) do update set end_ms = excluded.end_ms, peak_ms = excluded.peak_ms,
                    peak_value = excluded.peak_value, peak_score = excluded.peak_score, is_above = excluded.is_above,
                    sentence = excluded.sentence, causes = excluded.causes,
                    since_ms = excluded.since_ms, statement = excluded.statement
                returning id
                """,
                static row => row.GetInt64(0),
                ("$host", happened.Host),
                ("$key", happened.Key),
                ("$vital", happened.Vital),
                ("$start", anomaly.StartMs),
                ("$end", happened.IsOpen ? null : anomaly.EndMs),
                ("$peak", anomaly.PeakMs),
                ("$peakValue", anomaly.PeakValue),
                ("$peakScore", anomaly.PeakScore),
                ("$lower", anomaly.Lower),
                ("$upper", anomaly.Upper),
                ("$above", anomaly.IsAbove),
                ("$slow", anomaly.IsSlow),
                ("$sentence", happened.Sentence),
                ("$since", happened.SinceMs),
                ("$statement", happened.Statement is { } told ? JsonSerializer.Serialize(told, AnyNumber) : null),
                ("$causes", happened.Causes is { } causes ? JsonSerializer.Serialize(causes) : null))[0]);
        }

        return ids;
    });

    /// <summary>Ends what no detector of a host carries on: its state was lost or is from before the anomaly.</summary>
    internal void CloseAbandoned(string host, IReadOnlySet<string> runningKeys) => state.Write(connection =>
    {
        var open = connection.Query(
            $"select {Columns} from anomalies where host = $host and end_ms is null and key not like 'model %'",
            Row,
            ("$host", host));
        foreach (var one in open)
        {
            if (!runningKeys.Contains(one.Key))
            {
                Close(connection, one, AbandonedSentence.Of(one));
            }
        }
    });

    /// <summary>Ends what own models found: those that still find it say so again.</summary>
    internal void CloseOfModels() => state.Write(static connection =>
    {
        foreach (var one in connection.Query(
            $"select {Columns} from anomalies where end_ms is null and key like 'model %'", Row))
        {
            Close(connection, one, ModelSentence.OfEnded(one, one.PeakMs));
        }
    });

    /// <summary>Drops what ended before a time.</summary>
    internal void Trim(long beforeMs) => state.Write(connection =>
        connection.Execute("delete from anomalies where end_ms < $before", ("$before", beforeMs)));

    static void Close(SqliteConnection connection, StoredAnomaly one, string sentence) => connection.Execute(
        "update anomalies set end_ms = peak_ms, sentence = $sentence where id = $id",
        ("$id", one.Id),
        ("$sentence", sentence));

    static StoredAnomaly Row(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetInt64(4),
        row.LongOrNull(5),
        row.GetInt64(6),
        row.GetDouble(7),
        row.GetDouble(8),
        row.GetDouble(9),
        row.GetDouble(10),
        row.GetBoolean(11),
        row.GetBoolean(12),
        row.GetString(13),
        row.StringOrNull(14) is { } causes ? JsonSerializer.Deserialize<List<AnomalyCause>>(causes)! : [])
        {
            SinceMs = row.LongOrNull(15) ?? row.GetInt64(4),
            Statement = row.StringOrNull(16) is { } statement
                ? JsonSerializer.Deserialize<ModelStatement>(statement, AnyNumber)
                : null,
        };
}

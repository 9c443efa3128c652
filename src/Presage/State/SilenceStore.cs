using System.Text.Json;
using Microsoft.Data.Sqlite;
using Presage.Alerting.Silences;
using Presage.Metrics;

namespace Presage.State;

/// <summary>Silences; those not yet over are held in memory.</summary>
sealed class SilenceStore
{
    const string Columns = "id, matchers, starts_ms, ends_ms, created_ms, created_by, comment, " +
        "(select count(*) from silence_held where silence = id)";

    readonly StateDatabase _state;
    readonly TimeProvider _time;
    volatile IReadOnlyList<StoredSilence> _current;

    public SilenceStore(StateDatabase state, TimeProvider time)
    {
        _state = state;
        _time = time;
        _current = Load();
    }

    /// <summary>The silences that hold at a time.</summary>
    public IReadOnlyList<StoredSilence> Active(long nowMs) => [.. _current.Where(each => each.Silence.IsActive(nowMs))];

    /// <summary>
    /// Whether a host is under maintenance at a time: a silence holds that names hosts and nothing else.
    /// </summary>
    public bool IsMaintained(string host, long atMs)
    {
        foreach (var each in _current)
        {
            if (each.Silence.IsActive(atMs) && IsMaintenanceOf(each.Silence, host))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>When a host was under maintenance, as far as that is still known.</summary>
    public IReadOnlyList<TimeRange> MaintenanceOf(string host) =>
    [
        .. _state.Read(connection => connection.Query($"select {Columns} from silences", ReadSilence))
            .Where(each => IsMaintenanceOf(each.Silence, host))
            .Select(static each => new TimeRange(each.Silence.StartsMs, each.Silence.EndsMs - 1)),
    ];

    /// <summary>Active and coming silences with their present counts, ending first.</summary>
    public IReadOnlyList<StoredSilence> List() => Load();

    public StoredSilence Create(Silence silence, string by, string comment)
    {
        long id = _state.Write(connection => connection.Query(
            """
            insert into silences (matchers, starts_ms, ends_ms, created_ms, created_by, comment)
            values ($matchers, $starts, $ends, $now, $by, $comment)
            returning id
            """,
            static row => row.GetInt64(0),
            ("$matchers", Write(silence.Matchers)),
            ("$starts", silence.StartsMs),
            ("$ends", silence.EndsMs),
            ("$now", NowMs),
            ("$by", by),
            ("$comment", comment))[0]);
        _current = Load();
        return _current.First(each => each.Id == id);
    }

    /// <summary>Ends a silence and forgets it; false when there is none.</summary>
    public bool Delete(long id)
    {
        int deleted = _state.Write(connection =>
            connection.Execute("delete from silences where id = $id", ("$id", id)));
        _current = Load();
        return deleted > 0;
    }

    /// <summary>Deletes silences that ended before a time.</summary>
    public int DeleteEndedBefore(long beforeMs) => _state.Write(connection =>
        connection.Execute("delete from silences where ends_ms < $before", ("$before", beforeMs)));

    /// <summary>Notes that a silence held the message of an alert back. Part of the evaluator's transaction.</summary>
    public static void MarkHeld(SqliteConnection connection, long silence, long alert) => connection.Execute(
        """
        insert or ignore into silence_held (silence, alert)
        select $silence, $alert where exists (select 1 from silences where id = $silence)
        """,
        ("$silence", silence),
        ("$alert", alert));

    static bool IsMaintenanceOf(Silence silence, string host) =>
        silence.Matchers.Count > 0 &&
        silence.Matchers.All(matcher => matcher.Name == LabelNames.Host && matcher.Matches(host));

    long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    List<StoredSilence> Load() => _state.Read(connection => connection.Query(
        $"select {Columns} from silences where ends_ms > $now order by ends_ms, id", ReadSilence, ("$now", NowMs)));

    static StoredSilence ReadSilence(SqliteDataReader row) => new(
        row.GetInt64(0),
        new Silence(ReadMatchers(row.GetString(1)), row.GetInt64(2), row.GetInt64(3)),
        row.GetInt64(4),
        row.GetString(5),
        row.GetString(6),
        row.GetInt32(7));

    static string Write(IReadOnlyList<LabelMatcher> matchers) => JsonSerializer.Serialize(
        matchers.Select(static matcher => new StoredMatcher(matcher.Name, matcher.Operator.ToString(), matcher.Value)));

    static LabelMatcher[] ReadMatchers(string json) =>
    [
        .. JsonSerializer.Deserialize<StoredMatcher[]>(json)!.Select(static matcher =>
            new LabelMatcher(matcher.Name, Enum.Parse<MatchOperator>(matcher.Operator), matcher.Value)),
    ];

    sealed record StoredMatcher(string Name, string Operator, string Value);
}

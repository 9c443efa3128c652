using Microsoft.Data.Sqlite;
using Presage.Alerting.Rules;

namespace Presage.State;

/// <summary>
/// Alerts and the log of their transitions. The static methods that take a connection are parts of the evaluator's
/// one transaction; the others are whole transactions of their own.
/// </summary>
sealed class AlertStore(StateDatabase state)
{
    const string Columns =
        "id, rule, rule_name, severity, host, labels, phase, since_ms, fired_ms, good_since_ms, seen_ms, ended_ms, " +
        "value, threshold, sentence, thread, told_ms, acknowledged_by, acknowledged_ms, note";

    long _revision;

    /// <summary>Grows with every change that a page shows; starts at 0 with each start of the server.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>Says that something changed.</summary>
    public void Touch() => Interlocked.Increment(ref _revision);

    /// <summary>All pending and firing alerts, by id.</summary>
    public List<StoredAlert> Open() => state.Read(static connection =>
        connection.Query($"select {Columns} from alerts where phase <> 'resolved' order by id", ReadAlert));

    /// <summary>Ended alerts, last first; of one host when it is given.</summary>
    public List<StoredAlert> Ended(string? host, int limit) => state.Read(connection => connection.Query(
        $"""
        select {Columns} from alerts where phase = 'resolved' and ($host is null or host = $host)
        order by ended_ms desc limit $limit
        """,
        ReadAlert,
        ("$host", host),
        ("$limit", limit)));

    /// <summary>Alerts that fired at or after a time, last first.</summary>
    public List<StoredAlert> FiredSince(long sinceMs, int limit) => state.Read(connection => connection.Query(
        $"select {Columns} from alerts where fired_ms >= $since order by fired_ms desc limit $limit",
        ReadAlert,
        ("$since", sinceMs),
        ("$limit", limit)));

    /// <summary>
    /// Alerts that fired and overlap a span of time, the last to begin first; of one host when it is given.
    /// </summary>
    public List<StoredAlert> Fired(long fromMs, long toMs, string? host, int limit) =>
        state.Read(connection => connection.Query(
            $"""
            select {Columns} from alerts
            where fired_ms is not null and since_ms <= $to and (ended_ms is null or ended_ms >= $from)
                and ($host is null or host = $host)
            order by since_ms desc limit $limit
            """,
            ReadAlert,
            ("$from", fromMs),
            ("$to", toMs),
            ("$host", host),
            ("$limit", limit)));

    public StoredAlert? Find(long id) => state.Read(connection => Find(connection, id));

    /// <summary>How many alerts ended at or after a time.</summary>
    public int EndedSince(long sinceMs) => state.Read(connection => (int)connection.Query(
        "select count(*) from alerts where phase = 'resolved' and ended_ms >= $since",
        static row => row.GetInt64(0),
        ("$since", sinceMs))[0]);

    /// <summary>How many alerts fired at or after a time.</summary>
    public int CountFiredSince(long sinceMs) => state.Read(connection => (int)connection.Query(
        "select count(*) from alerts where fired_ms >= $since", static row => row.GetInt64(0), ("$since", sinceMs))[0]);

    /// <summary>Marks a firing alert as taken care of; false when it does not fire.</summary>
    public bool Acknowledge(long id, string by, string? note, long nowMs)
    {
        bool done = state.Write(connection =>
        {
            int changed = connection.Execute(
                """
                update alerts set acknowledged_by = $by, acknowledged_ms = $now, note = $note
                where id = $id and phase = 'firing'
                """,
                ("$by", by),
                ("$now", nowMs),
                ("$note", note),
                ("$id", id));
            if (changed == 1)
            {
                Log(connection, id, nowMs, "acknowledged", null, by);
            }

            return changed == 1;
        });
        Touch();
        return done;
    }

    /// <summary>Takes an acknowledgement back; false when there is none.</summary>
    public bool Unacknowledge(long id, string by, long nowMs)
    {
        bool done = state.Write(connection =>
        {
            int changed = connection.Execute(
                "update alerts set acknowledged_by = null, acknowledged_ms = null, note = null " +
                "where id = $id and acknowledged_by is not null and phase = 'firing'",
                ("$id", id));
            if (changed == 1)
            {
                Log(connection, id, nowMs, "acknowledgement withdrawn", null, by);
            }

            return changed == 1;
        });
        Touch();
        return done;
    }

    /// <summary>Ends alerts whose rule this version of Presage does not have.</summary>
    public void EndWithoutRule(IReadOnlyCollection<long> ids, long nowMs) => state.Write(connection =>
    {
        foreach (long id in ids)
        {
            connection.Execute("delete from alerts where id = $id and phase = 'pending'", ("$id", id));
            connection.Execute(
                "update alerts set phase = 'resolved', ended_ms = $now where id = $id", ("$id", id), ("$now", nowMs));
        }
    });

    /// <summary>Deletes alerts that ended before a time, with their log.</summary>
    public int DeleteEndedBefore(long beforeMs) => state.Write(connection => connection.Execute(
        "delete from alerts where phase = 'resolved' and ended_ms < $before", ("$before", beforeMs)));

    /// <summary>The log of one alert, oldest first.</summary>
    public List<(long AtMs, string What, double? Value, string? By)> Transitions(long id) => state.Read(connection =>
        connection.Query(
            "select at_ms, what, value, by from alert_transitions where alert = $id order by at_ms, rowid",
            static row => (row.GetInt64(0), row.GetString(1), row.DoubleOrNull(2), row.StringOrNull(3)),
            ("$id", id)));

    public static StoredAlert? Find(SqliteConnection connection, long id) =>
        connection.Query($"select {Columns} from alerts where id = $id", ReadAlert, ("$id", id)).FirstOrDefault();

    /// <summary>Begins an alert (pending, or firing at once); returns its number.</summary>
    public static long Begin(SqliteConnection connection, AlertRule rule, AlertTransition transition, string sentence)
    {
        long id = connection.Query(
            """
            insert into alerts
                (rule, rule_name, severity, host, labels, phase, since_ms, fired_ms, seen_ms, value, threshold,
                sentence)
            values
                ($rule, $name, $severity, $host, $labels, $phase, $since, $fired, $seen, $value, $threshold, $sentence)
            returning id
            """,
            static row => row.GetInt64(0),
            ("$rule", rule.Id),
            ("$name", rule.Name),
            ("$severity", Words.Of(rule.Severity)),
            ("$host", HostNames.Of(transition.Labels)),
            ("$labels", LabelJson.Write(transition.Labels)),
            ("$phase", Words.Of(transition.To)),
            ("$since", transition.State.SinceMs),
            ("$fired", transition.State.FiredMs),
            ("$seen", transition.State.SeenMs),
            ("$value", transition.State.Value),
            ("$threshold", rule.Threshold),
            ("$sentence", sentence))[0];
        Log(connection, id, transition.AtMs, Words.Of(transition.To), transition.State.Value, null);
        return id;
    }

    /// <summary>Moves an alert from pending to firing, or ends a firing one.</summary>
    public static void Move(
        SqliteConnection connection, long id, AlertRule rule, AlertTransition transition, string sentence)
    {
        bool ends = transition.To == AlertPhase.Resolved;
        connection.Execute(
            """
            update alerts set phase = $phase, since_ms = $since, fired_ms = $fired, good_since_ms = $good,
                seen_ms = $seen, value = $value, severity = $severity, threshold = $threshold,
                sentence = $sentence, ended_ms = $ended
            where id = $id
            """,
            ("$phase", Words.Of(transition.To)),
            ("$since", transition.State.SinceMs),
            ("$fired", transition.State.FiredMs),
            ("$good", transition.State.GoodSinceMs),
            ("$seen", transition.State.SeenMs),
            ("$value", transition.State.Value),
            ("$severity", Words.Of(rule.Severity)),
            ("$threshold", rule.Threshold),
            ("$sentence", sentence),
            ("$ended", ends ? transition.AtMs : null),
            ("$id", id));
        string what = ends && transition.Ended is { } reason
            ? $"resolved: {Words.Of(reason)}"
            : Words.Of(transition.To);
        Log(connection, id, transition.AtMs, what, transition.State.Value, null);
    }

    /// <summary>Forgets a pending alert that ended before it fired.</summary>
    public static void Drop(SqliteConnection connection, long id) =>
        connection.Execute("delete from alerts where id = $id and phase = 'pending'", ("$id", id));

    /// <summary>Notes that it was decided who is told of a firing alert.</summary>
    public static void MarkTold(SqliteConnection connection, long id, string thread, long nowMs) => connection.Execute(
        "update alerts set thread = $thread, told_ms = $now where id = $id",
        ("$thread", thread),
        ("$now", nowMs),
        ("$id", id));

    /// <summary>Keeps what changes without a transition, so that a restart finds it.</summary>
    public static void Refresh(SqliteConnection connection, long id, InstanceState instance) => connection.Execute(
        "update alerts set since_ms = $since, good_since_ms = $good, seen_ms = $seen, value = $value where id = $id",
        ("$since", instance.SinceMs),
        ("$good", instance.GoodSinceMs),
        ("$seen", instance.SeenMs),
        ("$value", instance.Value),
        ("$id", id));

    static void Log(SqliteConnection connection, long id, long atMs, string what, double? value, string? by) =>
        connection.Execute(
            "insert into alert_transitions (alert, at_ms, what, value, by) values ($alert, $at, $what, $value, $by)",
            ("$alert", id),
            ("$at", atMs),
            ("$what", what),
            ("$value", value),
            ("$by", by));

    static StoredAlert ReadAlert(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        RuleId = row.GetString(1),
        RuleName = row.GetString(2),
        Severity = Words.Severity(row.GetString(3)),
        Host = row.GetString(4),
        Labels = LabelJson.Read(row.GetString(5)),
        Phase = Words.Phase(row.GetString(6)),
        SinceMs = row.GetInt64(7),
        FiredMs = row.LongOrNull(8),
        GoodSinceMs = row.LongOrNull(9),
        SeenMs = row.GetInt64(10),
        EndedMs = row.LongOrNull(11),
        Value = row.GetDouble(12),
        Threshold = row.GetDouble(13),
        Sentence = row.GetString(14),
        Thread = row.StringOrNull(15),
        ToldMs = row.LongOrNull(16),
        AcknowledgedBy = row.StringOrNull(17),
        AcknowledgedMs = row.LongOrNull(18),
        Note = row.StringOrNull(19),
    };
}

using Microsoft.Data.Sqlite;
using Presage.Alerting.Grouping;

namespace Presage.State;

/// <summary>
/// Messages on their way. A row is committed with the change that it tells and stays until the far end took it or it
/// was given up, so that each is sent at least once whatever happens to the process in between.
/// </summary>
sealed class OutboxStore(StateDatabase state)
{
    const string Columns =
        "d.id, d.key, d.channel, d.channel_name, d.recipient, d.alert, d.subject, d.notification, d.state, " +
        "d.attempts, d.created_ms, d.last_attempt_ms, d.next_attempt_ms, d.answer";

    /// <summary>
    /// The deliveries of a channel that are due, oldest first. One that follows another of the same thread to the
    /// same recipient waits for it, so that "ended" never arrives before "fires".
    /// </summary>
    public List<StoredDelivery> Due(long channel, long nowMs, int limit) => state.Read(connection => connection.Query(
        $"""
        select {Columns} from deliveries d
        where d.state = 'waiting' and d.channel = $channel and d.next_attempt_ms <= $now and not exists (
            select 1 from deliveries e where e.thread = d.thread and e.channel = d.channel and e.recipient = d.recipient
                and e.id < d.id and e.state = 'waiting')
        order by d.id limit $limit
        """,
        ReadDelivery,
        ("$channel", channel),
        ("$now", nowMs),
        ("$limit", limit)));

    /// <summary>When the next delivery is due, in the future or the past; null when none waits.</summary>
    public long? NextDueMs(long afterMs) => state.Read(connection => connection.Query(
        "select min(next_attempt_ms) from deliveries where state = 'waiting' and next_attempt_ms > $after",
        static row => row.LongOrNull(0),
        ("$after", afterMs))[0]);

    /// <summary>Notes what became of a try. <paramref name="nextMs"/> is null unless it is waiting.</summary>
    public void Record(long id, DeliveryState outcome, string answer, long nowMs, long? nextMs) =>
        state.Write(connection => connection.Execute(
            """
            update deliveries set state = $state, attempts = attempts + 1, last_attempt_ms = $now,
                next_attempt_ms = $next, answer = $answer
            where id = $id
            """,
            ("$state", Word(outcome)),
            ("$now", nowMs),
            ("$next", nextMs),
            ("$answer", answer),
            ("$id", id)));

    /// <summary>
    /// Makes a failed or waiting delivery due at once; false when there is none, or it was delivered.
    /// </summary>
    public bool Retry(long id, long nowMs) => state.Write(connection => connection.Execute(
        """
        update deliveries set state = 'waiting', next_attempt_ms = $now, created_ms = $now
        where id = $id and state <> 'delivered'
        """,
        ("$now", nowMs),
        ("$id", id))) == 1;

    public StoredDelivery? Find(long id) => state.Read(connection =>
        connection.Query($"select {Columns} from deliveries d where d.id = $id", ReadDelivery, ("$id", id))
            .FirstOrDefault());

    /// <summary>Deliveries, last first; of one channel when it is given.</summary>
    public List<StoredDelivery> List(long? channel, int limit) => state.Read(connection => connection.Query(
        $"""
        select {Columns} from deliveries d where $channel is null or d.channel = $channel
        order by d.id desc limit $limit
        """,
        ReadDelivery,
        ("$channel", channel),
        ("$limit", limit)));

    /// <summary>The last delivery of each channel that was tried or waits.</summary>
    public Dictionary<long, StoredDelivery> LastOfChannels() => state.Read(connection => connection.Query(
        $"select {Columns} from deliveries d where d.id in (select max(id) from deliveries group by channel)",
        ReadDelivery))
        .ToDictionary(static delivery => delivery.ChannelId);

    /// <summary>The deliveries about alerts, by alert, oldest first.</summary>
    public ILookup<long, StoredDelivery> OfAlerts(IReadOnlyCollection<long> alerts) => state.Read(c => c.Query(
        $"""
        select {Columns}, a.alert from delivery_alerts a join deliveries d on d.id = a.delivery
        where a.alert in (select value from json_each($alerts)) order by d.id
        """,
        static row => (Alert: row.GetInt64(14), Delivery: ReadDelivery(row)),
        ("$alerts", $"[{string.Join(',', alerts)}]")))
        .ToLookup(static row => row.Alert, static row => row.Delivery);

    /// <summary>How many deliveries were made at or after a time.</summary>
    public int CountDeliveredSince(long sinceMs) => state.Read(connection => (int)connection.Query(
        "select count(*) from deliveries where state = 'delivered' and last_attempt_ms >= $since",
        static row => row.GetInt64(0),
        ("$since", sinceMs))[0]);

    /// <summary>Deletes finished deliveries made before a time.</summary>
    public int DeleteFinishedBefore(long beforeMs) => state.Write(connection => connection.Execute(
        "delete from deliveries where state <> 'waiting' and created_ms < $before", ("$before", beforeMs)));

    /// <summary>
    /// Puts a message for every recipient of a channel into the outbox. Part of the evaluator's transaction.
    /// </summary>
    public static void Add(SqliteConnection connection, StoredChannel channel, Notification notification)
    {
        string json = NotificationJson.Write(notification);
        for (int i = 0; i < channel.Recipients.Count; i++)
        {
            long id = connection.Query(
                """
                insert into deliveries
                    (key, channel, channel_name, recipient, alert, thread, status, subject, notification, state,
                    attempts, created_ms, next_attempt_ms)
                values
                    ($key, $channel, $name, $recipient, $alert, $thread, $status, $subject, $notification, 'waiting',
                    0, $now, $now)
                returning id
                """,
                static row => row.GetInt64(0),
                ("$key", Key(notification, channel.Id, i)),
                ("$channel", channel.Id),
                ("$name", channel.Name),
                ("$recipient", channel.Recipients[i]),
                ("$alert", notification.Alerts[0].Id),
                ("$thread", notification.ThreadKey),
                ("$status", notification.Status.ToString()),
                ("$subject", notification.Sentence),
                ("$notification", json),
                ("$now", notification.AtMs))[0];
            foreach (var alert in notification.Alerts)
            {
                connection.Execute(
                    "insert into delivery_alerts (alert, delivery) values ($alert, $delivery)",
                    ("$alert", alert.Id),
                    ("$delivery", id));
            }
        }
    }

    /// <summary>
    /// Whether a channel was given the message of a thread that its alert fires. Part of a transaction.
    /// </summary>
    public static bool WasToldFiring(SqliteConnection connection, long channel, string thread) => connection.Query(
        "select exists (select 1 from deliveries where thread = $thread and channel = $channel and status = 'Firing')",
        static row => row.GetBoolean(0),
        ("$thread", thread),
        ("$channel", channel))[0];

    /// <summary>Gives up what waits for a channel. Part of a transaction.</summary>
    public static void GiveUp(SqliteConnection connection, long channel, string reason) => connection.Execute(
        """
        update deliveries set state = 'failed', next_attempt_ms = null, answer = $reason
        where channel = $channel and state = 'waiting'
        """,
        ("$reason", reason),
        ("$channel", channel));

    /// <summary>One key for each (message, channel, recipient): equal for all tries, different for all else.</summary>
    static string Key(Notification notification, long channel, int recipient) =>
        $"{notification.ThreadKey}-{(notification.Status == NotificationStatus.Firing ? "firing" : "resolved")}-" +
        $"{notification.AtMs}-{channel}-{recipient}";

    static StoredDelivery ReadDelivery(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        row.GetInt64(2),
        row.GetString(3),
        row.GetString(4),
        row.LongOrNull(5),
        row.GetString(6),
        row.GetString(7),
        Enum.Parse<DeliveryState>(row.GetString(8), ignoreCase: true),
        row.GetInt32(9),
        row.GetInt64(10),
        row.LongOrNull(11),
        row.LongOrNull(12),
        row.StringOrNull(13));

    static string Word(DeliveryState state) => state switch
    {
        DeliveryState.Delivered => "delivered",
        DeliveryState.Failed => "failed",
        _ => "waiting",
    };
}

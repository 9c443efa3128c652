namespace Presage.State;

/// <summary>
/// Signed-in browsers. A session ends 14 days after its last use; its end is moved on at most every six hours, and the
/// account's last-seen time at most every minute, so that reading pages does not write to the disk all the time.
/// </summary>
public sealed class Sessions(StateDatabase state, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);

    static readonly TimeSpan RenewAfter = TimeSpan.FromHours(6);
    static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(1);

    public Secret Start(string user)
    {
        var id = Secret.New();
        long now = NowMs();
        state.Write(c =>
        {
            c.Execute("delete from sessions where expires_ms <= $now", ("$now", now));
            c.Execute(
                "insert into sessions (id_hash, user, created_ms, expires_ms) values ($id, $user, $now, $expires)",
                ("$id", id.Hash()), ("$user", user), ("$now", now), ("$expires", now + Ms(Lifetime)));
            c.Execute("update users set last_seen_ms = $now where name = $user", ("$now", now), ("$user", user));
        });
        return id;
    }

    /// <summary>
    /// The account of a session, with its role of this moment; null when there is no such session any more.
    /// </summary>
    public Account? Find(Secret id, out bool renewed)
    {
        renewed = false;
        long now = NowMs();
        byte[] hash = id.Hash();
        var found = state.Read(c => c.Query(
            """
            select u.name, u.role, u.created_ms, u.last_seen_ms, s.expires_ms
            from sessions s join users u on u.name = s.user where s.id_hash = $id and s.expires_ms > $now
            """,
            static row => (
                Account: new Account(
                    row.GetString(0), Enum.Parse<Role>(row.GetString(1)), row.GetInt64(2), row.LongOrNull(3)),
                ExpiresMs: row.GetInt64(4)),
            ("$id", hash), ("$now", now)));
        if (found.Count == 0)
        {
            return null;
        }

        var (account, expiresMs) = found[0];
        if (expiresMs - now < Ms(Lifetime - RenewAfter))
        {
            renewed = true;
            state.Write(c => c.Execute(
                "update sessions set expires_ms = $expires where id_hash = $id", ("$expires", now + Ms(Lifetime)),
                    ("$id", hash)));
        }

        if (now - (account.LastSeenMs ?? 0) >= Ms(SeenEvery))
        {
            state.Write(c => c.Execute(
                "update users set last_seen_ms = $now where name = $name", ("$now", now), ("$name", account.Name)));
        }

        return account;
    }

    public void End(Secret id) =>
        state.Write(c => c.Execute("delete from sessions where id_hash = $id", ("$id", id.Hash())));

    long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();

    static long Ms(TimeSpan span) => (long)span.TotalMilliseconds;
}

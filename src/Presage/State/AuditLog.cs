namespace Presage.State;

/// <summary>Who changed what and when. Keeps the latest hundred thousand entries (about 20 MB).</summary>
public sealed class AuditLog(StateDatabase state, TimeProvider time)
{
    const int EntriesMax = 100_000;
    const int TextMax = 500;

    public void Add(string user, string action, string subject, string detail) => state.Write(c =>
    {
        long id = c.Query(
            """
            insert into audit (time_ms, user, action, subject, detail) values ($time, $user, $action, $subject, $detail)
            returning id
            """,
            static row => row.GetInt64(0),
            ("$time", time.GetUtcNow().ToUnixTimeMilliseconds()), ("$user", Cut(user)), ("$action", Cut(action)),
            ("$subject", Cut(subject)), ("$detail", Cut(detail)))[0];
        c.Execute("delete from audit where id <= $oldest", ("$oldest", id - EntriesMax));
    });

    /// <summary>The latest entries, newest first.</summary>
    public IReadOnlyList<AuditRecord> Latest(int limit) => state.Read(c => c.Query(
        "select time_ms, user, action, subject, detail from audit order by id desc limit $limit",
        static row => new AuditRecord(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)),
        ("$limit", limit)));

    static string Cut(string text) => text.Length <= TextMax ? text : text[..TextMax];
}

using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Presage.State;

/// <summary>
/// API and agent tokens. Every write request shows one, so known tokens are kept in memory, and their last use is
/// gathered there and stored once a minute (<see cref="StoreUses"/>), never per request.
/// </summary>
public sealed class Tokens(StateDatabase state, TimeProvider time)
{
    public const string AgentPrefix = "prs_agent_";
    public const string ApiPrefix = "prs_api_";

    const string Columns =
        "id, name, kind, role, created_ms, expires_ms, join_until_ms, hosts_max, last_used_ms, last_used_from";

    /// <summary>
    /// Known tokens by hash. Filled by look-ups that succeeded, so its size is bounded by the number of tokens.
    /// </summary>
    readonly ConcurrentDictionary<string, StoredToken> _known = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<long, (long TimeMs, string From)> _uses = new();
    readonly ConcurrentDictionary<(long Token, string Host), bool> _joined = new();
    long _revision;

    /// <summary>
    /// Changes whenever a token is revoked: what was found before is good as long as this is the same.
    /// </summary>
    public long Revision => Interlocked.Read(ref _revision);

    public (string Secret, StoredToken Token) Create(TokenGrant grant)
    {
        var secret = Secret.New(grant.Kind == TokenKind.Agent ? AgentPrefix : ApiPrefix);
        long now = NowMs();
        long? After(TimeSpan? span) => span is { } x ? now + (long)x.TotalMilliseconds : null;
        var token = state.Write(c => c.Query(
            $"""
            insert into tokens (name, kind, role, hash, created_ms, created_by, expires_ms, join_until_ms, hosts_max)
            values ($name, $kind, $role, $hash, $now, $by, $expires, $join, $hosts) returning {Columns}
            """,
            Read,
            ("$name", grant.Name), ("$kind", grant.Kind.ToString()), ("$role", grant.Role?.ToString()),
            ("$hash", secret.Hash()), ("$now", now), ("$by", grant.CreatedBy), ("$expires", After(grant.ExpiresAfter)),
            ("$join", After(grant.JoinWithin)), ("$hosts", grant.HostsMax))[0]);
        return (secret.Text, token);
    }

    public IReadOnlyList<StoredToken> All()
    {
        StoreUses();
        return state.Read(static c => c.Query($"select {Columns} from tokens order by id", Read));
    }

    public StoredToken? Find(long id) => state.Read(c => c.Query(
        $"select {Columns} from tokens where id = $id", Read, ("$id", id)).SingleOrDefault());

    /// <summary>Revokes a token; returns its name, or null when there is none of that number.</summary>
    public string? Delete(long id)
    {
        string? name = state.Write(c => c.Query(
            "delete from tokens where id = $id returning name", static row =>
                row.GetString(0), ("$id", id)).SingleOrDefault());
        Interlocked.Increment(ref _revision);
        foreach (var (hash, token) in _known)
        {
            if (token.Id == id)
            {
                _known.TryRemove(hash, out _);
            }
        }

        _uses.TryRemove(id, out _);
        return name;
    }

    /// <summary>The token with this secret if it is valid now; notes the use.</summary>
    /// <param name="from">Address and program that show it.</param>
    public StoredToken? Use(Secret secret, string from)
    {
        long revision = Revision;
        byte[] hash = secret.Hash();
        string key = Convert.ToHexString(hash);
        if (!_known.TryGetValue(key, out var token))
        {
            token = state.Read(c => c.Query(
                $"select {Columns} from tokens where hash = $hash", Read, ("$hash", hash)).SingleOrDefault());
            if (token is null)
            {
                return null;
            }

            _known[key] = token;
            if (Revision != revision)
            {
                // Perhaps this one was revoked after it was read and before it was known.
                _known.TryRemove(key, out _);
            }
        }

        return Use(token, from) ? token : null;
    }

    /// <summary>Whether a token found before has not expired; notes the use.</summary>
    public bool Use(StoredToken token, string from)
    {
        long now = NowMs();
        if (token.ExpiresMs <= now)
        {
            return false;
        }

        _uses[token.Id] = (now, from);
        return true;
    }

    /// <summary>
    /// Whether a host may send with a token: it has before, or the token still lets hosts join. A host that joins is
    /// remembered.
    /// </summary>
    public bool Admit(StoredToken token, string host)
    {
        if (_joined.ContainsKey((token.Id, host)))
        {
            return true;
        }

        long now = NowMs();
        bool admitted = state.Write(c =>
        {
            var (known, hosts) = c.Query(
                "select count(*) filter (where host = $host), count(*) from token_hosts where token = $token",
                static row => (row.GetInt64(0), row.GetInt64(1)), ("$host", host), ("$token", token.Id))[0];
            if (known > 0)
            {
                return true;
            }

            if (token.JoinUntilMs <= now || hosts >= (token.HostsMax ?? long.MaxValue))
            {
                return false;
            }

            c.Execute(
                "insert into token_hosts (token, host, first_seen_ms) select $token, $host, $now from tokens where " +
                    "id = $token",
                ("$token", token.Id), ("$host", host), ("$now", now));
            return true;
        });
        if (admitted)
        {
            _joined[(token.Id, host)] = true;
        }

        return admitted;
    }

    /// <summary>The hosts that joined with a token, first come first.</summary>
    public IReadOnlyList<(string Host, long FirstSeenMs)> HostsOf(long token) => state.Read(c => c.Query(
        "select host, first_seen_ms from token_hosts where token = $token order by first_seen_ms, host",
        static row => (row.GetString(0), row.GetInt64(1)), ("$token", token)));

    /// <summary>The name of the token each host joined with last.</summary>
    public IReadOnlyDictionary<string, string> NamesByHost()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (host, name) in state.Read(static c => c.Query(
            "select h.host, t.name from token_hosts h join tokens t on t.id = h.token order by h.first_seen_ms",
            static row => (row.GetString(0), row.GetString(1)))))
        {
            names[host] = name;
        }

        return names;
    }

    /// <summary>Stores the uses gathered since the last call.</summary>
    public void StoreUses()
    {
        if (_uses.IsEmpty)
        {
            return;
        }

        var uses = _uses.ToArray();
        state.Write(c =>
        {
            foreach (var (id, (timeMs, from)) in uses)
            {
                c.Execute(
                    "update tokens set last_used_ms = $time, last_used_from = $from where id = $id",
                    ("$time", timeMs), ("$from", from), ("$id", id));
            }
        });
        foreach (var use in uses)
        {
            _uses.TryRemove(use);
        }
    }

    static StoredToken Read(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        Enum.Parse<TokenKind>(row.GetString(2)),
        row.StringOrNull(3) is { } role ? Enum.Parse<Role>(role) : null,
        row.GetInt64(4),
        row.LongOrNull(5),
        row.LongOrNull(6),
        (int?)row.LongOrNull(7),
        row.LongOrNull(8),
        row.StringOrNull(9));

    long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}

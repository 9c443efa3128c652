using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Presage.State;

/// <summary>
/// The accounts of the state file. Passwords are hashed by ASP.NET Core's <see cref="PasswordHasher{TUser}"/> (PBKDF2,
/// HMAC-SHA512, 210,000 rounds as OWASP advises). Names are equal without regard to case.
/// </summary>
public sealed class Accounts(StateDatabase state, TimeProvider time)
{
    const int HashRounds = 210_000;

    static readonly PasswordHasher<Account> Hasher =
        new(Options.Create(new PasswordHasherOptions { IterationCount = HashRounds }));

    static readonly Account Nobody = new("", Role.Viewer, 0, null);

    /// <summary>Compared with when the name is unknown, so that the answer takes as long as for a known one.</summary>
    static readonly Lazy<string> NobodysHash = new(static () => Hasher.HashPassword(Nobody, Secret.New().Text));

    volatile bool _administratorExists;

    /// <summary>Whether set-up is done. Once true it stays true: the last administrator cannot be removed.</summary>
    public bool AdministratorExists =>
        _administratorExists || (_administratorExists = state.Read(static c => Administrators(c) > 0));

    public IReadOnlyList<Account> Users() => state.Read(static c => c.Query(
        "select name, role, created_ms, last_seen_ms from users order by name", Read));

    public Account? Find(string name) => state.Read(c => Find(c, name));

    /// <summary>Creates an account; null when the name is taken.</summary>
    public Account? Create(string name, Role role, string password)
    {
        string hash = Hasher.HashPassword(Nobody, password);
        return state.Write(c => Insert(c, name, role, hash));
    }

    /// <summary>
    /// Creates the first administrator and burns the set-up link, in one step, so that two requests at once make one
    /// account.
    /// </summary>
    /// <returns>Null when the token is not the current link's or an administrator exists.</returns>
    public Account? CreateFirst(Secret token, string name, string password)
    {
        string hash = Hasher.HashPassword(Nobody, password);
        return state.Write(c =>
        {
            if (Administrators(c) > 0 || !SetupLink.Burn(c, token))
            {
                return null;
            }

            return Insert(c, name, Role.Administrator, hash);
        });
    }

    /// <summary>Changes role, password or both; a new password ends the account's sessions.</summary>
    public AccountChange Change(string name, Role? role, string? password)
    {
        string? hash = password is null ? null : Hasher.HashPassword(Nobody, password);
        return state.Write(c =>
        {
            if (Find(c, name) is not { } account)
            {
                return AccountChange.Unknown;
            }

            if (role is not null and not Role.Administrator && IsLastAdministrator(c, account))
            {
                return AccountChange.LastAdministrator;
            }

            c.Execute(
                "update users set role = coalesce($role, role), password_hash = coalesce($hash, password_hash) " +
                    "where name = $name",
                ("$role", role?.ToString()), ("$hash", hash), ("$name", name));
            if (hash is not null)
            {
                c.Execute("delete from sessions where user = $name", ("$name", name));
            }

            return AccountChange.Done;
        });
    }

    public AccountChange Delete(string name) => state.Write(c =>
    {
        if (Find(c, name) is not { } account)
        {
            return AccountChange.Unknown;
        }

        if (IsLastAdministrator(c, account))
        {
            return AccountChange.LastAdministrator;
        }

        c.Execute("delete from users where name = $name", ("$name", name));
        return AccountChange.Done;
    });

    /// <summary>The account when the password is right; takes a tenth of a second on purpose.</summary>
    public Account? Verify(string name, string password)
    {
        var found = state.Read(c => c.Query(
            "select name, role, created_ms, last_seen_ms, password_hash from users where name = $name",
            static row => (Account: Read(row), Hash: row.GetString(4)), ("$name", name)));
        string hash = found.Count == 1 ? found[0].Hash : NobodysHash.Value;
        bool right = Hasher.VerifyHashedPassword(Nobody, hash, password) != PasswordVerificationResult.Failed;
        return right && found.Count == 1 ? found[0].Account : null;
    }

    static long Administrators(SqliteConnection c) => c.Query(
        "select count(*) from users where role = $role", static row => row.GetInt64(0),
        ("$role", nameof(Role.Administrator)))[0];

    static Account? Find(SqliteConnection c, string name) => c.Query(
        "select name, role, created_ms, last_seen_ms from users where name = $name", Read,
            ("$name", name)).SingleOrDefault();

    static bool IsLastAdministrator(SqliteConnection c, Account account) =>
        account.Role == Role.Administrator && Administrators(c) == 1;

    static Account Read(SqliteDataReader row) =>
        new(row.GetString(0), Enum.Parse<Role>(row.GetString(1)), row.GetInt64(2), row.LongOrNull(3));

    Account? Insert(SqliteConnection c, string name, Role role, string hash)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        int rows = c.Execute(
            """
            insert into users (name, role, password_hash, created_ms) values ($name, $role, $hash, $now)
            on conflict (name) do nothing
            """,
            ("$name", name), ("$role", role.ToString()), ("$hash", hash), ("$now", now));
        return rows == 1 ? new Account(name, role, now, null) : null;
    }
}

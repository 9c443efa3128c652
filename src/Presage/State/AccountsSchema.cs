namespace Presage.State;

/// <summary>
/// Tables for users, sessions, tokens, audit log. Secrets are stored as SHA-256 of 256 random bits, passwords by
/// PasswordHasher.
/// </summary>
static class AccountsSchema
{
    public const string V1 = """
        create table users (
            name text primary key collate nocase,
            role text not null,
            password_hash text not null,
            created_ms integer not null,
            last_seen_ms integer
        ) strict;

        create table sessions (
            id_hash blob primary key,
            user text not null collate nocase references users (name) on delete cascade on update cascade,
            created_ms integer not null,
            expires_ms integer not null
        ) strict, without rowid;
        create index sessions_user on sessions (user);

        create table tokens (
            id integer primary key,
            name text not null,
            kind text not null,
            role text,
            hash blob not null unique,
            created_ms integer not null,
            created_by text not null,
            expires_ms integer,
            join_until_ms integer,
            hosts_max integer,
            last_used_ms integer,
            last_used_from text
        ) strict;

        create table token_hosts (
            token integer not null references tokens (id) on delete cascade,
            host text not null,
            first_seen_ms integer not null,
            primary key (token, host)
        ) strict, without rowid;

        create table setup_link (
            only integer primary key check (only = 1),
            hash blob not null
        ) strict;

        create table audit (
            id integer primary key,
            time_ms integer not null,
            user text not null,
            action text not null,
            subject text not null,
            detail text not null
        ) strict;
        """;
}

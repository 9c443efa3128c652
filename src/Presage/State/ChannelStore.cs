using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Presage.Alerting.Grouping;
using Presage.Alerting.Notifiers.Email;
using Presage.Alerting.Notifiers.Webhook;
using Presage.Alerting.Rules;

namespace Presage.State;

/// <summary>
/// Channels. Passwords, signing secrets and header values are stored encrypted by ASP.NET Core Data Protection, whose
/// keys lie in the data folder: a copied state file alone gives none of them away. All channels are held in memory.
/// </summary>
sealed class ChannelStore
{
    readonly StateDatabase _state;
    readonly TimeProvider _time;
    readonly Lazy<IDataProtector> _protector;
    volatile IReadOnlyList<StoredChannel> _all;

    public ChannelStore(StateDatabase state, TimeProvider time, IDataProtectionProvider protection)
    {
        _state = state;
        _time = time;
        _protector = new Lazy<IDataProtector>(() => protection.CreateProtector("Presage.Channels.v1"));
        _all = Load();
    }

    /// <summary>All channels by id; another list after every change.</summary>
    public IReadOnlyList<StoredChannel> All => _all;

    public StoredChannel? Find(long id) => _all.FirstOrDefault(channel => channel.Id == id);

    public bool IsNameTaken(string name, long exceptId) =>
        _all.Any(channel =>
            channel.Id != exceptId && string.Equals(channel.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Stores a new channel; its <see cref="StoredChannel.Id"/> is given here.</summary>
    public StoredChannel Create(StoredChannel channel)
    {
        long id = _state.Write(connection => connection.Query(
            """
            insert into channels (name, kind, enabled, severities, send_resolved, settings, secrets, changed_ms)
            values ($name, $kind, $enabled, $severities, $resolved, $settings, $secrets, $now)
            returning id
            """,
            static row => row.GetInt64(0),
            Parameters(channel))[0]);
        _all = Load();
        return Find(id)!;
    }

    /// <summary>Replaces a channel; null when there is none.</summary>
    public StoredChannel? Replace(StoredChannel channel)
    {
        _state.Write(connection => connection.Execute(
            """
            update channels set name = $name, kind = $kind, enabled = $enabled, severities = $severities,
                send_resolved = $resolved, settings = $settings, secrets = $secrets, changed_ms = $now
            where id = $id
            """,
            [.. Parameters(channel), ("$id", channel.Id)]));
        _all = Load();
        return Find(channel.Id);
    }

    /// <summary>Deletes a channel; what waits for it is given up. False when there is none.</summary>
    public bool Delete(long id)
    {
        int deleted = _state.Write(connection =>
        {
            OutboxStore.GiveUp(connection, id, "The channel was deleted.");
            return connection.Execute("delete from channels where id = $id", ("$id", id));
        });
        _all = Load();
        return deleted > 0;
    }

    (string Name, object? Value)[] Parameters(StoredChannel channel)
    {
        string settings = channel.Email is { } email
            ? JsonSerializer.Serialize(email with { Password = null })
            : JsonSerializer.Serialize(channel.Webhook! with { Secret = null, Headers = Empty });
        var secrets = new Secrets(channel.Email?.Password, channel.Webhook?.Secret, channel.Webhook?.Headers ?? Empty);
        return
        [
            ("$name", channel.Name),
            ("$kind", channel.Kind),
            ("$enabled", channel.Routing.Enabled),
            ("$severities", string.Join(',', channel.Routing.Severities.Select(Words.Of))),
            ("$resolved", channel.Routing.SendResolved),
            ("$settings", settings),
            ("$secrets", _protector.Value.Protect(JsonSerializer.Serialize(secrets))),
            ("$now", _time.GetUtcNow().ToUnixTimeMilliseconds()),
        ];
    }

    List<StoredChannel> Load() => _state.Read(connection => connection.Query(
        "select id, name, kind, enabled, severities, send_resolved, settings, secrets from channels order by id",
        Read));

    StoredChannel Read(SqliteDataReader row)
    {
        string[] severities = row.GetString(4).Split(',', StringSplitOptions.RemoveEmptyEntries);
        var routing = new ChannelRouting(
            row.GetBoolean(3), [.. severities.Select(Words.Severity)], row.GetBoolean(5));
        var secrets = Unprotect(row.GetString(7));
        string name = row.GetString(1);
        bool isEmail = row.GetString(2) == "email";
        return new StoredChannel(
            row.GetInt64(0),
            name,
            routing,
            isEmail
                ? JsonSerializer.Deserialize<EmailSettings>(row.GetString(6))! with { Password = secrets?.Password }
                : null,
            isEmail
                ? null
                : JsonSerializer.Deserialize<WebhookSettings>(row.GetString(6))! with
                {
                    Secret = secrets?.Secret,
                    Headers = secrets?.Headers ?? Empty,
                    Receiver = name,
                },
            SecretsLost: secrets is null);
    }

    /// <summary>Null when the keys are not those that the secrets were stored with.</summary>
    Secrets? Unprotect(string secrets)
    {
        try
        {
            return JsonSerializer.Deserialize<Secrets>(_protector.Value.Unprotect(secrets));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    static readonly IReadOnlyDictionary<string, string> Empty = new Dictionary<string, string>();

    sealed record Secrets(string? Password, string? Secret, IReadOnlyDictionary<string, string> Headers);
}

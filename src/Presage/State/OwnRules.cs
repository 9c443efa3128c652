using Microsoft.Data.Sqlite;
using Presage.Alerting.Rules;

namespace Presage.State;

/// <summary>The rules that somebody made, in the state file.</summary>
static class OwnRules
{
    const string Prefix = "anomaly-";

    /// <summary>All of them, in the order they were made.</summary>
    public static List<StoredRule> All(SqliteConnection connection) => connection.Query(
        "select number, name, hosts, families, enabled, threshold, for_ms, severity from own_rules order by number",
        static row =>
        {
            var own = new AnomalyRule(
                row.GetString(1),
                row.GetString(2),
                row.GetString(3).Split(',', StringSplitOptions.RemoveEmptyEntries),
                row.GetDouble(5),
                TimeSpan.FromMilliseconds(row.GetInt64(6)),
                Words.Severity(row.GetString(7)));
            var rule = own.ToRule($"{Prefix}{row.GetInt64(0)}");
            return new StoredRule(rule, rule, row.GetBoolean(4), own);
        });

    /// <summary>Adds one; its id, or null when another has its name.</summary>
    public static string? Add(SqliteConnection connection, AnomalyRule rule, bool enabled, long nowMs, string by)
    {
        long? number = connection.Query(
            """
            insert into own_rules
                (name, hosts, families, enabled, threshold, for_ms, severity, changed_ms, changed_by)
            values ($name, $hosts, $families, $enabled, $threshold, $for, $severity, $now, $by)
            on conflict (name) do nothing returning number
            """,
            static row => (long?)row.GetInt64(0),
            [.. Values(rule, enabled, nowMs, by)]).FirstOrDefault();
        return number is null ? null : $"{Prefix}{number}";
    }

    /// <summary>Changes one; false when another has its name.</summary>
    public static bool Replace(
        SqliteConnection connection, string id, AnomalyRule rule, bool enabled, long nowMs, string by) =>
        connection.Execute(
            """
            update or ignore own_rules set name = $name, hosts = $hosts, families = $families, enabled = $enabled,
                threshold = $threshold, for_ms = $for, severity = $severity, changed_ms = $now, changed_by = $by
            where number = $number
            """,
            [.. Values(rule, enabled, nowMs, by), ("$number", NumberOf(id))]) == 1;

    /// <summary>Deletes one.</summary>
    public static void Delete(SqliteConnection connection, string id) =>
        connection.Execute("delete from own_rules where number = $number", ("$number", NumberOf(id)));

    static long NumberOf(string id) => long.Parse(id.AsSpan(Prefix.Length));

    static (string, object?)[] Values(AnomalyRule rule, bool enabled, long nowMs, string by) =>
    [
        ("$name", rule.Name),
        ("$hosts", rule.Hosts),
        ("$families", string.Join(',', rule.Families)),
        ("$enabled", enabled),
        ("$threshold", rule.FalseAlarms),
        ("$for", (long)rule.For.TotalMilliseconds),
        ("$severity", Words.Of(rule.Severity)),
        ("$now", nowMs),
        ("$by", by),
    ];
}

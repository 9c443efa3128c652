using Presage.Alerting.Rules;

namespace Presage.State;

/// <summary>
/// The stock rules with what was changed about them, then those that somebody made. All rules are held in memory.
/// </summary>
sealed class RuleStore
{
    readonly StateDatabase _state;
    readonly TimeProvider _time;
    readonly IReadOnlyList<AlertRule> _stock;
    volatile IReadOnlyList<StoredRule> _all;

    public RuleStore(StateDatabase state, TimeProvider time)
        : this(state, time, StockRules.All)
    {
    }

    public RuleStore(StateDatabase state, TimeProvider time, IReadOnlyList<AlertRule> stock)
    {
        _state = state;
        _time = time;
        _stock = stock;
        _all = Load();
    }

    /// <summary>
    /// All rules, those of the stock file in its order, then the others; another list after every change.
    /// </summary>
    public IReadOnlyList<StoredRule> All => _all;

    public StoredRule? Find(string id) => _all.FirstOrDefault(rule => rule.Rule.Id == id);

    /// <summary>Adds a rule; null when another has its name.</summary>
    public StoredRule? Add(AnomalyRule rule, bool enabled, string by)
    {
        string? id = _state.Write(connection => OwnRules.Add(connection, rule, enabled, NowMs, by));
        _all = Load();
        return id is null ? null : Find(id);
    }

    /// <summary>Replaces a rule that somebody made; null when another has its name.</summary>
    public StoredRule? Replace(string id, AnomalyRule rule, bool enabled, string by)
    {
        bool done = _state.Write(connection => OwnRules.Replace(connection, id, rule, enabled, NowMs, by));
        _all = Load();
        return done ? Find(id) : null;
    }

    /// <summary>Deletes a rule that somebody made; its alerts end at the next evaluation.</summary>
    public void Delete(string id)
    {
        _state.Write(connection => OwnRules.Delete(connection, id));
        _all = Load();
    }

    /// <summary>Changes what is given of a stock rule; null fields stay as they are.</summary>
    public StoredRule Change(string id, RuleChange change, string by)
    {
        _state.Write(connection => connection.Execute(
            """
            insert into rule_changes (rule, enabled, threshold, for_ms, severity, changed_ms, changed_by)
            values ($rule, $enabled, $threshold, $for, $severity, $now, $by)
            on conflict (rule) do update set
                enabled = coalesce(excluded.enabled, enabled),
                threshold = coalesce(excluded.threshold, threshold),
                for_ms = coalesce(excluded.for_ms, for_ms),
                severity = coalesce(excluded.severity, severity),
                changed_ms = excluded.changed_ms,
                changed_by = excluded.changed_by
            """,
            ("$rule", id),
            ("$enabled", change.Enabled),
            ("$threshold", change.Threshold),
            ("$for", (long?)change.For?.TotalMilliseconds),
            ("$severity", change.Severity is { } severity ? Words.Of(severity) : null),
            ("$now", NowMs),
            ("$by", by)));
        _all = Load();
        return Find(id)!;
    }

    /// <summary>Takes all changes of a rule back.</summary>
    public StoredRule Reset(string id)
    {
        _state.Write(connection => connection.Execute("delete from rule_changes where rule = $rule", ("$rule", id)));
        _all = Load();
        return Find(id)!;
    }

    long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    List<StoredRule> Load()
    {
        var changes = _state.Read(static connection => connection.Query(
            "select rule, enabled, threshold, for_ms, severity from rule_changes",
            static row => (Rule: row.GetString(0), Change: new RuleChange(
                row.LongOrNull(1) is { } enabled ? enabled != 0 : null,
                row.DoubleOrNull(2),
                row.LongOrNull(3) is { } forMs ? TimeSpan.FromMilliseconds(forMs) : null,
                row.StringOrNull(4) is { } severity ? Words.Severity(severity) : null))))
            .ToDictionary(static change => change.Rule, static change => change.Change);
        return
        [
            .. _stock.Select(stock => changes.TryGetValue(stock.Id, out var change)
                ? new StoredRule(change.Apply(stock), stock, change.Enabled ?? stock.IsOn)
                : new StoredRule(stock, stock, stock.IsOn)),
            .. _state.Read(OwnRules.All),
        ];
    }
}

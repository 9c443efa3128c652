using Microsoft.Data.Sqlite;
using Presage.Alerting.Grouping;
using Presage.Alerting.Rules;
using Presage.Metrics;
using Presage.State;
using Presage.Watching;

namespace Presage.Notifying;

/// <summary>
/// Writes what one turn of the evaluator decided: transitions, who is told, and the outbox rows, in one transaction.
/// An alert is told when it fires, nobody was told yet, nobody has acknowledged it and no silence covers it; so the
/// message of a silenced alert that still fires is sent when the silence ends. The end of an alert is told wherever
/// its firing was, silence or not, so that nothing stays open elsewhere.
/// </summary>
sealed class AlertCommit(AlertingStores stores, Func<string?> externalUrl, TimeProvider time)
{
    readonly HashSet<(long Silence, long Alert)> _held = [];

    /// <summary>
    /// Whether there is anything to write. Reads the state file only for firing alerts that nobody was told of.
    /// </summary>
    public bool IsNeeded(
        IReadOnlyList<RuleOutcome> outcomes,
        Dictionary<(string Rule, LabelSet Labels), OpenAlert> open,
        long nowMs)
    {
        if (outcomes.Any(static outcome => outcome.Evaluation.Transitions.Count > 0))
        {
            return true;
        }

        var silences = stores.Silences.Active(nowMs);
        return Untold(outcomes, open).Any(each => Covering(silences, each.Rule, each.Labels) is { } silence
            ? !_held.Contains((silence.Id, each.Alert.Id))
            : stores.Alerts.Find(each.Alert.Id)?.AcknowledgedBy is null);
    }

    /// <summary>Writes everything or nothing; <paramref name="open"/> is not changed.</summary>
    /// <param name="refresh">Whether values and times without a transition are stored too.</param>
    public Result Write(
        IReadOnlyList<RuleOutcome> outcomes,
        Dictionary<(string Rule, LabelSet Labels), OpenAlert> open,
        long nowMs,
        bool refresh)
    {
        var turn = new Turn(new(open), stores.Silences.Active(nowMs), nowMs);
        stores.State.Write(connection =>
        {
            foreach (var outcome in outcomes)
            {
                foreach (var transition in outcome.Evaluation.Transitions)
                {
                    Apply(connection, outcome.Rule, transition, turn);
                }
            }

            CollectUntold(connection, outcomes, turn);
            Tell(connection, turn);
            if (refresh)
            {
                Refresh(connection, outcomes, turn.Open);
            }
        });
        _held.UnionWith(turn.Held);
        bool changed = turn.Held.Count + turn.Told.Count > 0 ||
            outcomes.Any(static outcome => outcome.Evaluation.Transitions.Count > 0);
        return new Result(turn.Open, changed, turn.Deliveries);
    }

    static void Apply(SqliteConnection connection, AlertRule rule, AlertTransition transition, Turn turn)
    {
        var key = (rule.Id, transition.Labels);
        if (transition.From == AlertPhase.Inactive)
        {
            long id = AlertStore.Begin(connection, rule, transition, Sentence(rule, transition));
            turn.Open[key] = new OpenAlert(id, null, Told: false);
            return;
        }

        var alert = turn.Open[key];
        switch (transition.To)
        {
            case AlertPhase.Inactive:
                AlertStore.Drop(connection, alert.Id);
                turn.Open.Remove(key);
                break;
            case AlertPhase.Resolved:
                AlertStore.Move(connection, alert.Id, rule, transition, Sentence(rule, transition));
                turn.Open.Remove(key);
                if (alert.Thread is { } thread)
                {
                    turn.Told.Add(
                        new AlertChange(alert.Id, rule, transition.Labels, transition.State, transition.Ended, thread));
                }

                break;
            default:
                AlertStore.Move(connection, alert.Id, rule, transition, Sentence(rule, transition));
                break;
        }
    }

    static void CollectUntold(SqliteConnection connection, IReadOnlyList<RuleOutcome> outcomes, Turn turn)
    {
        foreach (var (rule, labels, state, alert) in Untold(outcomes, turn.Open))
        {
            if (Covering(turn.Silences, rule, labels) is { } silence)
            {
                SilenceStore.MarkHeld(connection, silence.Id, alert.Id);
                turn.Held.Add((silence.Id, alert.Id));
            }
            else if (AlertStore.Find(connection, alert.Id)?.AcknowledgedBy is null)
            {
                turn.Told.Add(new AlertChange(alert.Id, rule, labels, state, null, null));
            }
        }
    }

    void Tell(SqliteConnection connection, Turn turn)
    {
        foreach (var notification in NotificationGrouping.Group(turn.Told, turn.NowMs, externalUrl()).Select(Read))
        {
            foreach (var channel in stores.Channels.All)
            {
                bool toldFiring = notification.Status == NotificationStatus.Resolved &&
                    OutboxStore.WasToldFiring(connection, channel.Id, notification.ThreadKey);
                if (channel.Routing.Wants(notification, toldFiring))
                {
                    OutboxStore.Add(connection, channel, notification);
                    turn.Deliveries += channel.Recipients.Count;
                }
            }

            if (notification.Status == NotificationStatus.Firing)
            {
                MarkTold(connection, notification, turn);
            }
        }
    }

    /// <summary>The message with clock times, of the server's zone by name: its readers may be anywhere.</summary>
    Notification Read(Notification told)
    {
        return told with
        {
            Sentence = Read(told.Sentence),
            Alerts = [.. told.Alerts.Select(alert => alert with { Sentence = Read(alert.Sentence) })],
        };

        string Read(string sentence) =>
            SentenceTimes.Read(sentence, time.LocalTimeZone, told.AtMs, isZoneNamed: true);
    }

    static void MarkTold(SqliteConnection connection, Notification notification, Turn turn)
    {
        var ids = notification.Alerts.Select(static alert => alert.Id).ToHashSet();
        foreach (var change in turn.Told.Where(change => ids.Contains(change.AlertId)))
        {
            AlertStore.MarkTold(connection, change.AlertId, notification.ThreadKey, turn.NowMs);
            turn.Open[(change.Rule.Id, change.Labels)] =
                new OpenAlert(change.AlertId, notification.ThreadKey, Told: true);
        }
    }

    static void Refresh(
        SqliteConnection connection,
        IReadOnlyList<RuleOutcome> outcomes,
        Dictionary<(string Rule, LabelSet Labels), OpenAlert> open)
    {
        foreach (var outcome in outcomes)
        {
            foreach (var (labels, state) in outcome.Evaluation.States)
            {
                AlertStore.Refresh(connection, open[(outcome.Rule.Id, labels)].Id, state);
            }
        }
    }

    static IEnumerable<(AlertRule Rule, LabelSet Labels, InstanceState State, OpenAlert Alert)> Untold(
        IReadOnlyList<RuleOutcome> outcomes, Dictionary<(string Rule, LabelSet Labels), OpenAlert> open)
    {
        foreach (var outcome in outcomes)
        {
            foreach (var (labels, state) in outcome.Evaluation.States)
            {
                if (state.Phase == AlertPhase.Firing && open[(outcome.Rule.Id, labels)] is { Told: false } alert)
                {
                    yield return (outcome.Rule, labels, state, alert);
                }
            }
        }
    }

    static StoredSilence? Covering(IReadOnlyList<StoredSilence> silences, AlertRule rule, LabelSet labels)
    {
        if (silences.Count == 0)
        {
            return null;
        }

        var seen = AlertLabels.Of(rule, labels);
        return silences.FirstOrDefault(silence => silence.Silence.Covers(seen));
    }

    static string Sentence(AlertRule rule, AlertTransition transition)
    {
        var state = transition.State;
        var duration = TimeSpan.FromMilliseconds(Math.Max(0, transition.AtMs - state.SinceMs));
        return (transition.To, transition.Ended) switch
        {
            (AlertPhase.Pending, _) => Sentences.Pending(
                rule, transition.Labels, state.Value, duration, state.Explanation),
            (_, { } reason) => Sentences.Resolved(
                rule, transition.Labels, state.Value, duration, reason, state.Explanation),
            _ => Sentences.Firing(rule, transition.Labels, state.Value, duration, state.Explanation),
        };
    }

    /// <summary>What was written.</summary>
    /// <param name="Open">The open alerts from now on.</param>
    /// <param name="Changed">Whether a page shows something else now.</param>
    /// <param name="Deliveries">New rows in the outbox.</param>
    public sealed record Result(
        Dictionary<(string Rule, LabelSet Labels), OpenAlert> Open, bool Changed, int Deliveries);

    sealed class Turn(
        Dictionary<(string Rule, LabelSet Labels), OpenAlert> open, IReadOnlyList<StoredSilence> silences, long nowMs)
    {
        public Dictionary<(string Rule, LabelSet Labels), OpenAlert> Open { get; } = open;

        public IReadOnlyList<StoredSilence> Silences { get; } = silences;

        public long NowMs { get; } = nowMs;

        public List<AlertChange> Told { get; } = [];

        public HashSet<(long Silence, long Alert)> Held { get; } = [];

        public int Deliveries { get; set; }
    }
}

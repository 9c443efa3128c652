using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Presage.Detection;
using Presage.State;

namespace Presage.Watching;

/// <summary>
/// What users said of anomalies, in the state file, and what follows from it: whether the like of one is told. The
/// newest word about anomalies alike decides. Read by the watcher's loop, written by the API.
/// </summary>
public sealed class AnomalyLabels
{
    /// <summary>The like of noise is told when it is this many times as rare.</summary>
    const double NoiseFactor = 10;

    readonly StateDatabase _state;
    readonly ConcurrentDictionary<string, IReadOnlyList<AnomalyLabel>> _byHost = new(StringComparer.Ordinal);

    public AnomalyLabels(StateDatabase state)
    {
        _state = state;
        foreach (var host in All().GroupBy(static label => label.Host, StringComparer.Ordinal))
        {
            _byHost[host.Key] = [.. host];
        }
    }

    /// <summary>All labels, the newest first.</summary>
    public IReadOnlyList<AnomalyLabel> All() => _state.Read(static connection => connection.Query(
        """
        select anomaly_id, host, label, start_ms, score, causes, sentence, note, labelled_by, labelled_ms, held, held_ms
        from anomaly_labels order by labelled_ms desc, anomaly_id desc
        """,
        Row));

    /// <summary>What was said of one anomaly; null when nothing was.</summary>
    public AnomalyLabel? Of(StoredAnomaly anomaly) => _byHost.GetValueOrDefault(anomaly.Host, [])
        .FirstOrDefault(label => label.AnomalyId == anomaly.Id);

    /// <summary>Whether anything was said of a host's anomalies.</summary>
    public bool AnyOf(string host) => _byHost.GetValueOrDefault(host, []).Count > 0;

    /// <summary>
    /// The label that keeps an anomaly from being told; null when it is to be told. Of all labels of anomalies alike
    /// the newest decides.
    /// </summary>
    internal AnomalyLabel? Holding(string host, IReadOnlyList<AnomalyCause> causes, double score) =>
        Holding(host, CauseLikeness.Of(causes), score);

    /// <inheritdoc cref="Holding(string, IReadOnlyList{AnomalyCause}, double)"/>
    /// <param name="parts">What takes part, by key (<see cref="CauseLikeness"/>).</param>
    internal AnomalyLabel? Holding(string host, IReadOnlyDictionary<string, double> parts, double score)
    {
        var alike = _byHost.GetValueOrDefault(host, [])
            .Where(label => CauseLikeness.Between(label.Causes, parts) >= CauseLikeness.Alike).ToList();
        if (alike.MaxBy(static label => label.AtMs) is not { Word: not AnomalyWord.Useful } newest)
        {
            return null;
        }

        // Each noise alike raises the bar: it is to be rarer than the rarest of them.
        double rarest = alike.Where(static label => label.Word == AnomalyWord.Noise)
            .Select(static label => 1 - label.Score).DefaultIfEmpty(1).Min();
        bool isRarer = Math.Max(1 - score, Rarity.ProbabilityMin) < rarest / NoiseFactor;
        return newest.Word == AnomalyWord.Noise && isRarer ? null : newest;
    }

    /// <summary>Notes what a user says; a second word about the same anomaly takes the place of the first.</summary>
    internal AnomalyLabel Set(StoredAnomaly anomaly, AnomalyWord word, string? note, string by, long nowMs)
    {
        var label = new AnomalyLabel(
            anomaly.Id, anomaly.Host, word, anomaly.StartMs, anomaly.PeakScore,
            CauseLikeness.Of(anomaly.Key, anomaly.Causes), anomaly.Sentence, note, by, nowMs, 0, null);
        _state.Write(connection => connection.Execute(
            """
            insert or replace into anomaly_labels (anomaly_id, host, label, start_ms, score, causes, sentence, note,
                labelled_by, labelled_ms)
            values ($id, $host, $label, $start, $score, $causes, $sentence, $note, $by, $at)
            """,
            ("$id", label.AnomalyId),
            ("$host", label.Host),
            ("$label", label.Word.ToString()),
            ("$start", label.StartMs),
            ("$score", label.Score),
            ("$causes", JsonSerializer.Serialize(label.Causes)),
            ("$sentence", label.Sentence),
            ("$note", note),
            ("$by", by),
            ("$at", nowMs)));
        Reload(anomaly.Host);
        return label;
    }

    /// <summary>Takes back what was said; false when nothing was.</summary>
    internal bool Remove(long anomalyId)
    {
        var hosts = _state.Write(connection => connection.Query(
            "delete from anomaly_labels where anomaly_id = $id returning host",
            static row => row.GetString(0),
            ("$id", anomalyId)));
        hosts.ForEach(Reload);
        return hosts.Count > 0;
    }

    /// <summary>Counts that something was held back.</summary>
    internal void Held(AnomalyLabel label, long nowMs)
    {
        _state.Write(connection => connection.Execute(
            "update anomaly_labels set held = held + 1, held_ms = $now where anomaly_id = $id",
            ("$now", nowMs),
            ("$id", label.AnomalyId)));
        Reload(label.Host);
    }

    /// <summary>Drops what was said of a host that is forgotten.</summary>
    internal void Forget(string host) => _byHost.TryRemove(host, out _);

    void Reload(string host) => _byHost[host] = [.. All().Where(label => label.Host == host)];

    static AnomalyLabel Row(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        Enum.Parse<AnomalyWord>(row.GetString(2)),
        row.GetInt64(3),
        row.GetDouble(4),
        JsonSerializer.Deserialize<Dictionary<string, double>>(row.GetString(5))!,
        row.GetString(6),
        row.StringOrNull(7),
        row.GetString(8),
        row.GetInt64(9),
        row.GetInt32(10),
        row.LongOrNull(11));
}

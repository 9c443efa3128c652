using Presage.Watching;

namespace Presage.Api;

/// <summary>An earlier anomaly of the same kind.</summary>
/// <param name="Likeness">How alike what took part is, 0.8 to 1.</param>
/// <param name="Word">What was said of it; null when nothing was.</param>
/// <param name="Note">What was noted with it.</param>
sealed record SeenBefore(
    long Id, string Host, long StartMs, long? EndMs, double Likeness, AnomalyWord? Word, string? Note, string Sentence);

/// <summary>
/// Anomalies as the API shows them, with what users said of them and the last ones like them. Built for one answer: it
/// reads the hosts' history once.
/// </summary>
sealed class AnomalyViews(Watcher watcher, TimeProvider time)
{
    const int HistoryMax = 1_000;
    const int SeenMax = 3;

    readonly Dictionary<string, IReadOnlyList<(StoredAnomaly Anomaly, IReadOnlyDictionary<string, double> Parts)>>
        _history = new(StringComparer.Ordinal);

    public AnomalyItem Shown(StoredAnomaly stored)
    {
        bool isHost = stored.Key == AnomalyLog.HostKey;
        var seen = Seen(stored);
        return new AnomalyItem(
            stored.Id,
            stored.Host,
            isHost ? null : stored.Key,
            stored.StartMs,
            stored.EndMs,
            stored.PeakMs,
            isHost ? null : stored.PeakValue,
            isHost ? null : stored.Lower,
            isHost ? null : stored.Upper,
            stored.PeakScore,
            isHost ? AnomaliesApi.RarityOfMinutes(stored.PeakScore) : RarityText.Of(stored.PeakScore),
            stored.Sentence,
            [.. stored.Causes.Select(AnomaliesApi.Shown)],
            watcher.Labels.Of(stored) is { } label ? Shown(label) : null,
            SentenceOf(seen),
            seen);
    }

    /// <summary>The running anomaly of a host.</summary>
    public UnusualHostView Shown(string host, UnusualHost unusual)
    {
        var stored = watcher.Anomalies.Running(host);
        var seen = stored is null ? [] : Seen(stored with { Causes = unusual.Anomaly.Causes });
        return new UnusualHostView(
            stored?.Id,
            unusual.Sentence,
            unusual.Anomaly.PeakScore,
            AnomaliesApi.RarityOfMinutes(unusual.Anomaly.PeakScore),
            unusual.Anomaly.StartMs,
            unusual.Anomaly.IsJoint,
            unusual.IsBorrowed,
            [.. unusual.Anomaly.Causes.Select(AnomaliesApi.Shown)],
            stored is not null && watcher.Labels.Of(stored) is { } label ? Shown(label) : null,
            SentenceOf(seen),
            seen);
    }

    public static LabelView Shown(AnomalyLabel label) => new(
        label.AnomalyId,
        label.Host,
        label.Word,
        label.Note,
        label.By,
        label.AtMs,
        label.StartMs,
        label.Sentence,
        Learned(label),
        label.Held,
        label.HeldMs);

    /// <summary>What a label has taught, in words.</summary>
    static string Learned(AnomalyLabel label) => label.Word switch
    {
        AnomalyWord.Expected => $"The like of it is not told on {label.Host} any more.",
        AnomalyWord.Noise => $"The like of it is told on {label.Host} only when it is ten times as rare.",
        _ => $"The like of it is told on {label.Host}, whatever was said of earlier ones.",
    };

    /// <summary>Earlier anomalies alike, of the same host first, then the newest.</summary>
    List<SeenBefore> Seen(StoredAnomaly stored)
    {
        var parts = CauseLikeness.Of(stored.Key, stored.Causes);
        var found = new List<SeenBefore>();
        foreach (var (earlier, theirs) in HistoryOf(stored.Key == AnomalyLog.HostKey))
        {
            if (earlier.StartMs >= stored.StartMs || earlier.Id == stored.Id)
            {
                continue;
            }

            double likeness = CauseLikeness.Between(parts, theirs);
            if (likeness >= CauseLikeness.Alike)
            {
                var label = watcher.Labels.Of(earlier);
                found.Add(new SeenBefore(
                    earlier.Id, earlier.Host, earlier.StartMs, earlier.EndMs, likeness, label?.Word, label?.Note,
                    earlier.Sentence));
            }
        }

        return
        [
            .. found.OrderByDescending(one => one.Host == stored.Host).ThenByDescending(static one => one.StartMs)
                .Take(SeenMax),
        ];
    }

    IReadOnlyList<(StoredAnomaly Anomaly, IReadOnlyDictionary<string, double> Parts)> HistoryOf(bool ofHosts)
    {
        string which = ofHosts ? "hosts" : "vitals";
        if (!_history.TryGetValue(which, out var history))
        {
            history =
            [
                .. watcher.Anomalies.Between(0, long.MaxValue, null, HistoryMax, vitals: !ofHosts)
                    .Where(one => one.Key == AnomalyLog.HostKey == ofHosts)
                    .Select(static one => (one, CauseLikeness.Of(one.Key, one.Causes))),
            ];
            _history.Add(which, history);
        }

        return history;
    }

    /// <summary>"Last seen Sat 14 Nov 00:50, called noise."</summary>
    string? SentenceOf(List<SeenBefore> seen)
    {
        if (seen is not [var last, ..])
        {
            return null;
        }

        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        string when = UnusualSentence.Clock(last.StartMs, time.LocalTimeZone, nowMs);
        string called = last.Word is { } word ? $", called {AccountRules.Text(word)}" : ", not labelled";
        return $"Last seen {when}{called}{(last.Note is { } note ? $" (\"{note}\")" : "")}.";
    }
}

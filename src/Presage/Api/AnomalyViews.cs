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
sealed class AnomalyViews(Watcher watcher, ReaderClock reader)
{
    const int HistoryMax = 1_000;
    const int SeenMax = 3;

    readonly Dictionary<AnomalyKind, IReadOnlyList<(StoredAnomaly Anomaly, IReadOnlyDictionary<string, double> Parts)>>
        _history = [];

    readonly Dictionary<string, IReadOnlyList<UnusualVital>> _unusual = new(StringComparer.Ordinal);

    public AnomalyItem Shown(StoredAnomaly stored)
    {
        var kind = KindOf(stored.Key);
        bool isVital = IsOfPart(kind);
        var seen = Seen(stored);
        return new AnomalyItem(
            stored.Id,
            stored.Host,
            kind,
            isVital ? stored.Key : null,
            stored.SinceMs,
            ModelOf(stored.Key),
            stored.StartMs,
            stored.EndMs,
            stored.PeakMs,
            isVital ? stored.PeakValue : null,
            isVital ? stored.Lower : null,
            isVital ? stored.Upper : null,
            stored.PeakScore,
            kind switch
            {
                AnomalyKind.Host => AnomaliesApi.RarityOfMinutes(stored.PeakScore),
                AnomalyKind.Twins => AnomaliesApi.RarityOfQuarters(stored.PeakScore),
                _ => RarityText.Of(stored.PeakScore),
            },
            reader.Read(stored.EndMs is null ? Now(stored) : stored.Sentence),
            [.. stored.Causes.Select(AnomaliesApi.Shown)],
            watcher.Labels.Of(stored) is { } label ? Shown(label) : null,
            SentenceOf(seen),
            seen);
    }

    /// <summary>Vital signs with a running anomaly, with what was said of them and the last ones like them.</summary>
    public IReadOnlyList<UnusualMetric> Shown(string host, IReadOnlyList<UnusualVital> unusual)
    {
        var running = unusual.Count == 0
            ? null
            : watcher.Anomalies.RunningVitals(host).ToLookup(static one => one.Key, StringComparer.Ordinal);
        return [.. unusual.Select(one => Shown(one, running?[one.Key].MaxBy(static stored => stored.StartMs)))];
    }

    UnusualMetric Shown(UnusualVital one, StoredAnomaly? stored) => new(
        stored?.Id,
        one.Key,
        one.Name,
        reader.Read(one.Sentence),
        one.Value,
        Finite(one.Lower),
        Finite(one.Upper),
        one.Unit,
        one.Score,
        one.SinceMs,
        one.Rarity,
        stored is not null && watcher.Labels.Of(stored) is { } label ? Shown(label) : null,
        stored is null ? null : SentenceOf(Seen(stored)));

    /// <summary>A running anomaly as it is now: what is stored may be some minutes old.</summary>
    string Now(StoredAnomaly stored) => KindOf(stored.Key) switch
    {
        AnomalyKind.Host => watcher.AnomalyOf(stored.Host)?.Sentence,
        AnomalyKind.Vital => UnusualOf(stored.Host).FirstOrDefault(one => one.Key == stored.Key)?.Sentence,
        _ => null,
    } ?? stored.Sentence;

    IReadOnlyList<UnusualVital> UnusualOf(string host)
    {
        if (!_unusual.TryGetValue(host, out var unusual))
        {
            unusual = watcher.UnusualOf(host);
            _unusual.Add(host, unusual);
        }

        return unusual;
    }

    static double? Finite(double? value) => value is { } x && double.IsFinite(x) ? x : null;

    /// <summary>Whether anomalies of a kind are of one value of a host, not of all of it.</summary>
    public static bool IsOfPart(AnomalyKind kind) => kind is AnomalyKind.Vital or AnomalyKind.Model;

    public static AnomalyKind KindOf(string key) => key switch
    {
        AnomalyLog.HostKey => AnomalyKind.Host,
        AnomalyLog.TwinsKey => AnomalyKind.Twins,
        _ => ModelOf(key) is null ? AnomalyKind.Vital : AnomalyKind.Model,
    };

    /// <summary>The running anomaly of a host.</summary>
    public UnusualHostView Shown(string host, UnusualHost unusual)
    {
        var stored = watcher.Anomalies.Running(host);
        var seen = stored is null ? [] : Seen(stored with { Causes = unusual.Anomaly.Causes });
        return new UnusualHostView(
            stored?.Id,
            reader.Read(unusual.Sentence),
            unusual.Anomaly.PeakScore,
            AnomaliesApi.RarityOfMinutes(unusual.Anomaly.PeakScore),
            unusual.Anomaly.SinceMs,
            unusual.Anomaly.IsJoint,
            unusual.IsBorrowed,
            [.. unusual.Anomaly.Causes.Select(AnomaliesApi.Shown)],
            stored is not null && watcher.Labels.Of(stored) is { } label ? Shown(label) : null,
            SentenceOf(seen),
            seen);
    }

    public LabelView Shown(AnomalyLabel label) => new(
        label.AnomalyId,
        label.Host,
        label.Word,
        label.Note,
        label.By,
        label.AtMs,
        label.StartMs,
        reader.Read(label.Sentence),
        Learned(label),
        label.Held,
        label.HeldMs);

    /// <summary>The own model in a key such as "model NAME series".</summary>
    static string? ModelOf(string key) =>
        key.StartsWith(AnomalyLog.ModelPrefix, StringComparison.Ordinal) ? key.Split(' ')[1] : null;

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
        foreach (var (earlier, theirs) in HistoryOf(KindOf(stored.Key)))
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
                    reader.Read(earlier.Sentence)));
            }
        }

        return
        [
            .. found.OrderByDescending(one => one.Host == stored.Host).ThenByDescending(static one => one.StartMs)
                .Take(SeenMax),
        ];
    }

    IReadOnlyList<(StoredAnomaly Anomaly, IReadOnlyDictionary<string, double> Parts)> HistoryOf(AnomalyKind kind)
    {
        if (!_history.TryGetValue(kind, out var history))
        {
            history =
            [
                .. watcher.Anomalies.Between(0, long.MaxValue, null, HistoryMax, IsOfPart(kind))
                    .Where(one => KindOf(one.Key) == kind)
                    .Select(static one => (one, CauseLikeness.Of(one.Key, one.Causes))),
            ];
            _history.Add(kind, history);
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

        string when = reader.Read(SentenceTimes.Of(last.StartMs));
        string called = last.Word is { } word ? $", called {AccountRules.Text(word)}" : ", not labelled";
        return $"Last seen {when}{called}{(last.Note is { } note ? $" (\"{note}\")" : "")}.";
    }
}

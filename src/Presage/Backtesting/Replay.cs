using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.OwnModels;
using Presage.Query;
using Presage.State;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Backtesting;

/// <summary>
/// Shows the stored samples of one host to a watcher that knows nothing yet, second by second on a clock of its own,
/// and tells what it notices when: what would have been noticed, had this version and these settings watched.
/// </summary>
sealed class Replay(ISampleSource samples, string host, WatcherOptions options, string? modelsFolder = null)
{
    /// <summary>Samples held at a time.</summary>
    const long SliceMs = 300_000;
    const long TurnMs = 1_000;

    /// <summary>What Presage computed itself is computed again.</summary>
    static readonly string[] Computed =
    [
        "presage_vital", "presage_host_up", "presage_host_unusual", "presage_host_anomaly", "presage_anomaly_",
        "presage_model_",
    ];

    readonly ReplayClock _clock = new();
    readonly HashSet<string> _open = new(StringComparer.Ordinal);
    readonly SampleBatch _batch = new();
    readonly List<(long TimestampMs, int Series, double Value)> _slice = [];
    readonly SampleColumns _columns = new();

    /// <summary>Replays a stretch of time; what is noticed is told as it comes.</summary>
    public async Task RunAsync(
        TimeRange range, string folder, Action<Noticed> notice, CancellationToken cancellationToken)
    {
        var series = samples.Select([], range)
            .Where(static one => !Array.Exists(Computed, name => IsOf(one, name)))
            .ToArray();
        byte[][] keys = Array.ConvertAll(series, static one => one.Labels.ToKey());
        _clock.NowMs = range.FromMs;
        using var state = StateDatabase.Open(folder);
        var registry = new HostRegistry(state, _clock);
        var storage = new StorageOptions { DataFolder = Path.Combine(folder, "samples"), Observer = registry };
        await using var store = SampleStore.Open(storage, _clock, NullLogger.Instance);
        var models = new ModelWatch(
            modelsFolder ?? Path.Combine(folder, "no-models"), new WatchedStore(store), registry, new AnomalyLog(state),
            options.FalseAlarms, _clock, NullLogger.Instance);
        options.Findings = models.FindingsOf;
        var watcher = new Watcher(
            new WatchedStore(store), new PromQlEngine(new QueryLimits { ThreadsMax = 1 }), VitalCatalogue.Default,
            registry, state, _clock, NullLogger.Instance, options)
        {
            Series = new SeriesWatching(store, folder, NullLogger.Instance),
        };
        for (long fromMs = range.FromMs; fromMs <= range.ToMs; fromMs += SliceMs)
        {
            Read(series, new TimeRange(fromMs, Math.Min(range.ToMs, fromMs + SliceMs - 1)));
            int at = 0;
            while (at < _slice.Count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _clock.NowMs = Math.Max(_clock.NowMs, _slice[at].TimestampMs / TurnMs * TurnMs) + TurnMs;
                at = Fill(at, keys);
                await store.AppendAsync(_batch, cancellationToken);
                await models.TurnAsync(cancellationToken);
                await watcher.TurnAsync(cancellationToken);
                Tell(watcher, notice);
            }
        }

        Models = models.Statuses;
        models.Close();
    }

    /// <summary>How own models did; known at the end.</summary>
    public IReadOnlyList<ModelStatus> Models { get; private set; } = [];

    static bool IsOf(ISampleSeries series, string name) =>
        series.Labels.MetricName.StartsWith(name, StringComparison.Ordinal);

    void Read(ISampleSeries[] series, TimeRange range)
    {
        _slice.Clear();
        for (int i = 0; i < series.Length; i++)
        {
            _columns.Clear();
            series[i].Read(range, _columns);
            for (int at = 0; at < _columns.Count; at++)
            {
                _slice.Add((_columns.TimestampsMs[at], i, _columns.Values[at]));
            }
        }

        _slice.Sort(static (a, b) =>
            a.TimestampMs != b.TimestampMs ? a.TimestampMs.CompareTo(b.TimestampMs) : a.Series.CompareTo(b.Series));
    }

    int Fill(int at, byte[][] keys)
    {
        _batch.Clear();
        for (; at < _slice.Count && _slice[at].TimestampMs <= _clock.NowMs; at++)
        {
            _batch.AddSeries(keys[_slice[at].Series]);
            _batch.AddSample(_slice[at].TimestampMs, _slice[at].Value);
        }

        return at;
    }

    void Tell(Watcher watcher, Action<Noticed> notice)
    {
        var now = new HashSet<string>(StringComparer.Ordinal);
        foreach (var vital in watcher.UnusualOf(host))
        {
            now.Add(vital.Key);
            if (_open.Add(vital.Key))
            {
                notice(new Noticed(_clock.NowMs, vital.Key, vital.SinceMs, vital.Sentence, []));
            }
        }

        foreach (var finding in options.Findings!(host))
        {
            now.Add(finding.Key);
            if (_open.Add(finding.Key))
            {
                notice(new Noticed(_clock.NowMs, finding.Key, finding.Anomaly.StartMs, finding.Sentence, []));
            }
        }

        if (watcher.AnomalyOf(host) is { } whole)
        {
            now.Add("");
            if (_open.Add(""))
            {
                string[] causes = [.. whole.Anomaly.Causes.Select(static cause => cause.Key)];
                notice(new Noticed(_clock.NowMs, "", whole.Anomaly.StartMs, whole.Sentence, causes));
            }
        }

        _open.IntersectWith(now);
    }
}

/// <summary>Something a replay noticed.</summary>
/// <param name="AtMs">When it was noticed.</param>
/// <param name="Key">The vital sign, or the model and its series; empty for the host as a whole.</param>
/// <param name="SinceMs">When it began.</param>
/// <param name="Causes">What takes part, likeliest first.</param>
sealed record Noticed(long AtMs, string Key, long SinceMs, string Sentence, IReadOnlyList<string> Causes);

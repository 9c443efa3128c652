using System.Diagnostics;
using Presage.Detection;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Watching;

/// <summary>
/// Teaches traces and rhythms from stored history: of hosts with series that are met for the first time, or whose
/// newest samples leapt ahead because history came in bulk, and of hosts for which it is asked. So series are judged at
/// once where half an hour of them is stored, and their rhythm is known where days are. Host by host, some milliseconds
/// a turn; meanwhile the series are looked at as ever. The watcher's loop alone.
/// </summary>
sealed class SeriesHistory(Func<string, IRollupSource> forHost)
{
    /// <summary>Samples are read of one day: beyond that traces know little more.</summary>
    public const long LengthMs = 86_400_000;

    /// <summary>
    /// Of what comes before, the means of five minutes are read for the rhythm: as long as this at most.
    /// </summary>
    public const long RhythmMs = 14 * LengthMs;

    /// <summary>The same where somebody asked for more.</summary>
    const long RhythmMaxMs = 28 * LengthMs;

    /// <summary>A host is waited for this long: its series are read together, and its history is there.</summary>
    const long SettleMs = 20_000;

    /// <summary>Looks are ten seconds apart; samples come a bit early now and then.</summary>
    const long LookMs = 9_500;

    /// <summary>What teaching may take of a turn, which is a second: 5 % of a core.</summary>
    static readonly TimeSpan TurnMax = TimeSpan.FromMilliseconds(50);

    readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    SampleColumns? _columns;
    RollupColumns? _buckets;

    /// <summary>Wants all series of a host to be taught because somebody asked for it.</summary>
    public void Ask(string host, long nowMs, TimeSpan since)
    {
        long lengthMs = Math.Clamp((long)since.TotalMilliseconds, LengthMs, RhythmMaxMs);
        _waiting[host] = new Waiting(nowMs, lengthMs, IsAsked: true, null);
    }

    /// <summary>Wants the series of a host to be taught.</summary>
    /// <param name="isComing">Whether history still comes in: it is waited for.</param>
    public void Ask(string host, long nowMs, bool isComing)
    {
        if (!_waiting.TryGetValue(host, out var waiting) || (isComing && waiting.Stored is null))
        {
            _waiting[host] = new Waiting(nowMs + SettleMs, RhythmMs, IsAsked: waiting.IsAsked, null);
        }
        else if (waiting.Stored is not null)
        {
            // Who is being taught is taught once more.
            _waiting[host] = waiting with { IsAskedAgain = true };
        }
    }

    /// <summary>Teaches some of what waits.</summary>
    /// <param name="windows">When a host was under maintenance: that does not teach.</param>
    /// <param name="series">
    /// The series of a host that may be taught, hash of the key and number; all of them where it was asked for.
    /// </param>
    /// <param name="take">Gets what history says of a series.</param>
    public void Turn(
        long nowMs,
        Func<string, IReadOnlyList<TimeRange>> windows,
        Func<string, bool, Dictionary<ulong, int>> series,
        Action<int, ulong, Taught> take)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) < TurnMax)
        {
            var (host, waiting) = _waiting.FirstOrDefault(pair => pair.Value.DueMs <= nowMs);
            if (host is null)
            {
                _columns = _waiting.Count == 0 ? null : _columns;
                _buckets = _waiting.Count == 0 ? null : _buckets;
                return;
            }

            // Buckets end where samples begin.
            long middleMs = RollupTier.FiveMinutes.BucketOf(nowMs - LengthMs);
            var range = new TimeRange(middleMs, nowMs);
            var before = new TimeRange(nowMs - waiting.LengthMs, middleMs - 1);
            var stored = waiting.Stored ?? StoredOf(forHost(host), range, before);
            var numbers = series(host, waiting.IsAsked);
            var maintained = windows(host);
            while (Stopwatch.GetElapsedTime(startedAt) < TurnMax && stored.TryDequeue(out var one))
            {
                ulong keyHash = SeriesKey.Hash(one.Samples.Labels.ToKey());
                if (numbers.TryGetValue(keyHash, out int number))
                {
                    take(number, keyHash, Teach(one, range, before, maintained));
                }
            }

            if (stored.Count > 0)
            {
                _waiting[host] = waiting with { Stored = stored };
            }
            else
            {
                _waiting.Remove(host);
                if (waiting.IsAskedAgain)
                {
                    Ask(host, nowMs, isComing: false);
                }
            }
        }
    }

    static Queue<StoredHistory> StoredOf(IRollupSource source, TimeRange range, TimeRange before)
    {
        var rolled = new Dictionary<LabelSet, IRollupSeries>();
        if (before.ToMs > before.FromMs && source.Tiers.Contains(RollupTier.FiveMinutes))
        {
            foreach (var one in source.SelectRollups([], before, RollupTier.FiveMinutes))
            {
                rolled[one.Labels] = one;
            }
        }

        return new Queue<StoredHistory>(
            source.Select([], range).Select(one => new StoredHistory(one, rolled.GetValueOrDefault(one.Labels))));
    }

    Taught Teach(StoredHistory stored, TimeRange range, TimeRange before, IReadOnlyList<TimeRange> maintained)
    {
        var taught = new Taught
        {
            Trace = new SeriesTrace { IsCounter = CounterNames.IsCounter(stored.Samples.Labels.MetricName) },
        };
        TeachBuckets(taught, stored.Rolled, before, maintained);
        var columns = _columns ??= new SampleColumns();
        columns.Clear();
        stored.Samples.Read(range, columns);
        var times = columns.TimestampsMs;
        var values = columns.Values;
        for (int i = 0; i < times.Length; i++)
        {
            long atMs = times[i];
            if (atMs - taught.Trace.LastMs < LookMs || SampleValue.IsStale(values[i]))
            {
                continue;
            }

            if (maintained.Count > 0 && maintained.Any(window => window.Contains(atMs)))
            {
                taught.Trace.Pass(atMs, values[i]);
                continue;
            }

            taught.Trace.See(atMs, values[i]);
            if (taught.Trace.IsMeanDue && taught.Trace.Looks > 0)
            {
                taught.Rhythm.See(atMs, taught.Trace.Mean, taught.Trace.Oddity != SeriesOddity.None);
            }
        }

        return taught;
    }

    /// <summary>Teaches the rhythm what comes before the samples that are read.</summary>
    void TeachBuckets(
        Taught taught, IRollupSeries? rolled, TimeRange before, IReadOnlyList<TimeRange> maintained)
    {
        if (rolled is null)
        {
            return;
        }

        var buckets = _buckets ??= new RollupColumns();
        buckets.Clear();
        rolled.Read(before, buckets);
        foreach (var bucket in buckets.Buckets)
        {
            long endMs = bucket.StartMs + RollupTier.FiveMinutes.StepMs();
            if (!maintained.Any(window => window.FromMs < endMs && window.ToMs >= bucket.StartMs))
            {
                double mean = taught.Trace.IsCounter
                    ? bucket.Increase / (SeriesRhythm.VisitMs / 1_000.0)
                    : bucket.Sum / bucket.Count;
                taught.Rhythm.See(endMs, mean, isOdd: false);
            }
        }
    }

    /// <summary>What history says of a series.</summary>
    public sealed class Taught
    {
        public SeriesTrace Trace;
        public SeriesRhythm Rhythm;
    }

    /// <summary>What is stored of a series: samples of the last day, means of before.</summary>
    readonly record struct StoredHistory(ISampleSeries Samples, IRollupSeries? Rolled);

    /// <summary>A host that is to be taught.</summary>
    /// <param name="IsAsked">Whether somebody asked for it: all its series are taught.</param>
    /// <param name="Stored">What is stored of it and not looked through yet; null before its turn.</param>
    /// <param name="IsAskedAgain">Whether it was asked for while it was being taught.</param>
    readonly record struct Waiting(
        long DueMs, long LengthMs, bool IsAsked, Queue<StoredHistory>? Stored, bool IsAskedAgain = false);
}

using System.Diagnostics;
using Presage.Detection;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Watching;

/// <summary>
/// Teaches traces from stored history: of hosts with series that are met for the first time, or whose newest samples
/// leapt ahead because history came in bulk. So series are judged at once where half an hour of them is stored. Host
/// by host, some milliseconds a turn; meanwhile the series are looked at as ever. The watcher's loop alone.
/// </summary>
sealed class SeriesHistory(Func<string, ISampleSource> forHost)
{
    /// <summary>History that is read: beyond a day traces know little more.</summary>
    public const long LengthMs = 86_400_000;

    /// <summary>A host is waited for this long: its series are read together, and its history is there.</summary>
    const long SettleMs = 20_000;

    /// <summary>Looks are ten seconds apart; samples come a bit early now and then.</summary>
    const long LookMs = 9_500;

    /// <summary>What teaching may take of a turn, which is a second: 5 % of a core.</summary>
    static readonly TimeSpan TurnMax = TimeSpan.FromMilliseconds(50);

    readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    SampleColumns? _columns;

    /// <summary>Wants the series of a host to be taught.</summary>
    /// <param name="isComing">Whether history still comes in: it is waited for.</param>
    public void Ask(string host, long nowMs, bool isComing)
    {
        if (!_waiting.TryGetValue(host, out var waiting) || (isComing && waiting.Stored is null))
        {
            _waiting[host] = new Waiting(nowMs + SettleMs, null);
        }
        else if (waiting.Stored is not null)
        {
            // Who is being taught is taught once more.
            _waiting[host] = waiting with { IsAskedAgain = true };
        }
    }

    /// <summary>Teaches some of what waits.</summary>
    /// <param name="windows">When a host was under maintenance: that does not teach.</param>
    /// <param name="series">The series of a host that may be taught: hash of the key and number.</param>
    /// <param name="take">Gets what history says of a series.</param>
    public void Turn(
        long nowMs,
        Func<string, IReadOnlyList<TimeRange>> windows,
        Func<string, Dictionary<ulong, int>> series,
        Action<int, ulong, SeriesTrace> take)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) < TurnMax)
        {
            var (host, waiting) = _waiting.FirstOrDefault(pair => pair.Value.DueMs <= nowMs);
            if (host is null)
            {
                _columns = _waiting.Count == 0 ? null : _columns;
                return;
            }

            var range = new TimeRange(nowMs - LengthMs, nowMs);
            var stored = waiting.Stored ?? new Queue<ISampleSeries>(forHost(host).Select([], range));
            var numbers = series(host);
            var maintained = windows(host);
            while (Stopwatch.GetElapsedTime(startedAt) < TurnMax && stored.TryDequeue(out var one))
            {
                ulong keyHash = SeriesKey.Hash(one.Labels.ToKey());
                if (numbers.TryGetValue(keyHash, out int number))
                {
                    take(number, keyHash, Taught(one, range, maintained));
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

    SeriesTrace Taught(ISampleSeries stored, TimeRange range, IReadOnlyList<TimeRange> maintained)
    {
        var trace = new SeriesTrace { IsCounter = CounterNames.IsCounter(stored.Labels.MetricName) };
        var columns = _columns ??= new SampleColumns();
        columns.Clear();
        stored.Read(range, columns);
        var times = columns.TimestampsMs;
        var values = columns.Values;
        for (int i = 0; i < times.Length; i++)
        {
            long atMs = times[i];
            if (atMs - trace.LastMs < LookMs || SampleValue.IsStale(values[i]))
            {
                continue;
            }

            if (maintained.Count > 0 && maintained.Any(window => window.Contains(atMs)))
            {
                trace.Pass(atMs, values[i]);
            }
            else
            {
                trace.See(atMs, values[i]);
            }
        }

        return trace;
    }

    /// <summary>A host that is to be taught.</summary>
    /// <param name="Stored">What is stored of it and not looked through yet; null before its turn.</param>
    /// <param name="IsAskedAgain">Whether it was asked for while it was being taught.</param>
    readonly record struct Waiting(long DueMs, Queue<ISampleSeries>? Stored, bool IsAskedAgain = false);
}

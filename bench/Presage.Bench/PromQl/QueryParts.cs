using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Query;
using Presage.Storage;

namespace Presage.Bench.PromQl;

/// <summary>
/// Where the time of a query goes, in one process: selecting the series, decoding their samples, all of the query.
/// CPU milliseconds, the best of some runs after the just-in-time compiler has settled.
/// </summary>
static class QueryParts
{
    const int RunsMin = 5;

    static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);

    public static async Task<int> RunAsync(string folder, string? only)
    {
        long end = long.Parse(
            await File.ReadAllTextAsync(Path.Combine(folder, "end")), CultureInfo.InvariantCulture) - 3000;
        var options = new StorageOptions { DataFolder = Path.Combine(folder, "presage") };
        await using var store = SampleStore.Open(options, TimeProvider.System, NullLogger.Instance);
        var engine = new PromQlEngine(new QueryLimits());
        Console.WriteLine($"{"CPU ms",-42}{"select",10}{"decode",10}{"query",10}{"elapsed",10}{"ns/sample",11}");
        foreach (var query in QuerySet.All.Where(q => only is null || q.Name.Contains(only, StringComparison.Ordinal)))
        {
            var prepared = engine.Prepare(query.Text);
            long start = end - (long)(query.Hours * 3_600_000), step = Math.Max(1, query.StepSeconds) * 1000L;
            var recorder = new RecordingSource(store);
            Evaluate(engine, prepared, start, end, step, query, recorder);
            double select = Best(() => recorder.SelectAgain(store));
            long samples = 0;
            double decode = Best(() => samples = recorder.ReadAgain());
            double elapsed = double.MaxValue;
            double all = Best(() =>
            {
                long began = System.Diagnostics.Stopwatch.GetTimestamp();
                Evaluate(engine, prepared, start, end, step, query, store);
                elapsed = Math.Min(
                    elapsed, System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            });
            Console.WriteLine(
                $"{query.Name,-42}{select,10:0.00}{decode,10:0.00}{all,10:0.00}{elapsed,10:0.00}"
                + $"{all * 1e6 / Math.Max(1, samples),11:0.0}");
        }

        return 0;
    }

    static void Evaluate(
        PromQlEngine engine, PreparedQuery prepared, long start, long end, long step, BenchQuery query,
        ISampleSource source)
    {
        if (query.Hours == 0)
        {
            engine.Instant(prepared, end, source, CancellationToken.None);
        }
        else
        {
            engine.Range(prepared, start, end, step, source, CancellationToken.None);
        }
    }

    static double Best(Action action)
    {
        double best = double.MaxValue;
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int i = 0; i < RunsMin || System.Diagnostics.Stopwatch.GetElapsedTime(began) < WarmUp; i++)
        {
            var clock = CpuClock.Start();
            action();
            best = Math.Min(best, clock.Elapsed.TotalMilliseconds);
        }

        return best;
    }

    /// <summary>Remembers what a query asked for.</summary>
    sealed class RecordingSource(ISampleSource source) : ISampleSource
    {
        readonly List<(IReadOnlyList<LabelMatcher> Matchers, TimeRange Range)> _selects = [];
        readonly List<(IReadOnlyList<ISampleSeries> Series, TimeRange Range)> _found = [];

        public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
        {
            var found = source.Select(matchers, range);
            _selects.Add((matchers, range));
            _found.Add((found, range));
            return found;
        }

        public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
            source.LabelNames(matchers, range);

        public IReadOnlyList<string> LabelValues(
            string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
            source.LabelValues(name, matchers, range);

        public void SelectAgain(SampleStore from) => _selects.ForEach(s => from.Select(s.Matchers, s.Range));

        public long ReadAgain()
        {
            var columns = new SampleColumns();
            long samples = 0;
            foreach (var (found, range) in _found)
            {
                foreach (var series in found)
                {
                    columns.Clear();
                    series.Read(range, columns);
                    samples += columns.Count;
                }
            }

            return samples;
        }
    }
}

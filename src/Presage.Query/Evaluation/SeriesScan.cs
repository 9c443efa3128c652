// Hot path: once per series; what runs inside is decoding and the window functions.
using System.Runtime.ExceptionServices;
using Presage.Metrics;

namespace Presage.Query.Evaluation;

/// <summary>
/// Reads stored series and computes a column of each, on all cores when there are many: batch by batch, so that few
/// columns are held, and in the order of the series.
/// </summary>
static class SeriesScan
{
    /// <summary>Series read between two hand-overs, at least. A batch of 11,000 steps each holds 11 MB.</summary>
    const int BatchSeriesMin = 128;

    const int BatchSeriesMax = 4096;

    /// <summary>Points computed between two hand-overs, as long as that is more series than the least.</summary>
    const int BatchPoints = 256 << 10;

    /// <summary>Fewer series than this are not worth waking another thread for.</summary>
    const int ParallelMin = 8;

    /// <summary>The same where one sample of each is read.</summary>
    const int ParallelNewestMin = 200;

    /// <summary>Computes one series: its samples are in the worker's columns.</summary>
    /// <returns>The series; null when it has no points.</returns>
    public delegate StepSeries? Compute(ISampleSeries series, SeriesWorker worker, double[] values);

    public static IEnumerable<StepSeries> Run(
        Frame frame, IReadOnlyList<ISampleSeries> all, TimeRange range, ScanPart part, Compute compute)
    {
        var run = frame.Run;
        var workers = new Stack<SeriesWorker>();
        int parallelMin = part == ScanPart.Newest ? ParallelNewestMin : ParallelMin;
        int batch = run.SeriesHeldMax(
            frame.Steps, Math.Clamp(BatchPoints / frame.Steps, BatchSeriesMin, BatchSeriesMax));
        var results = new StepSeries?[Math.Min(batch, all.Count)];
        double[][] values = new double[results.Length][];
        for (int from = 0; from < all.Count; from += batch)
        {
            int count = Math.Min(batch, all.Count - from);
            for (int i = 0; i < count; i++)
            {
                values[i] = frame.Rent();
            }

            int first = from;
            void One(int i, SeriesWorker worker)
            {
                var series = all[first + i];
                worker.Read(series, range, part);
                run.CheckRead(worker.Columns.Count);
                results[i] = worker.Columns.Count == 0 ? null : compute(series, worker, values[i]);
            }

            ForEach(count, count >= parallelMin, workers, frame, One);
            foreach (var worker in workers)
            {
                worker.Report(run);
            }

            for (int i = 0; i < count; i++)
            {
                if (results[i] is { } result)
                {
                    yield return result;
                }
                else
                {
                    frame.Return(values[i]);
                }
            }
        }
    }

    static void ForEach(
        int count, bool parallel, Stack<SeriesWorker> workers, Frame frame, Action<int, SeriesWorker> one)
    {
        if (!parallel || frame.Run.ThreadsMax == 1)
        {
            var worker = Rent(workers, frame);
            for (int i = 0; i < count; i++)
            {
                one(i, worker);
            }

            Return(workers, worker);
            return;
        }

        try
        {
            Parallel.For(
                0,
                count,
                new ParallelOptions { MaxDegreeOfParallelism = frame.Run.ThreadsMax },
                () => Rent(workers, frame),
                (i, _, worker) =>
                {
                    one(i, worker);
                    return worker;
                },
                worker => Return(workers, worker));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    static SeriesWorker Rent(Stack<SeriesWorker> workers, Frame frame)
    {
        lock (workers)
        {
            return workers.TryPop(out var worker) ? worker : new SeriesWorker(frame.Steps);
        }
    }

    static void Return(Stack<SeriesWorker> workers, SeriesWorker worker)
    {
        lock (workers)
        {
            workers.Push(worker);
        }
    }
}

/// <summary>What one thread needs to compute series after series.</summary>
sealed class SeriesWorker(int steps)
{
    int[]? _windowStarts;
    int[]? _windowEnds;
    long _series;
    long _samples;

    public SampleColumns Columns { get; } = new();

    /// <summary>Scratch for the window of each step.</summary>
    public int[] WindowStarts => _windowStarts ??= new int[steps];

    /// <inheritdoc cref="WindowStarts"/>
    public int[] WindowEnds => _windowEnds ??= new int[steps];

    public void Read(ISampleSeries series, TimeRange range, ScanPart part)
    {
        Columns.Clear();
        if (part == ScanPart.Newest)
        {
            series.ReadNewest(range, Columns);
        }
        else
        {
            series.Read(range, Columns);
        }

        _series++;
        _samples += Columns.Count;
        if (part == ScanPart.Numbers)
        {
            Columns.DropStaleMarkers();
        }
    }

    /// <summary>Adds to the query's account what was read since the last time.</summary>
    public void Report(QueryRun run)
    {
        run.AddRead(_series, _samples);
        _series = _samples = 0;
    }
}

/// <summary>What of each series is read.</summary>
enum ScanPart
{
    /// <summary>All samples, staleness markers included.</summary>
    All,

    /// <summary>All samples but staleness markers.</summary>
    Numbers,

    /// <summary>The newest sample, be it a staleness marker.</summary>
    Newest,
}

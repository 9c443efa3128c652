using System.Buffers;
using Presage.Detection;

namespace Presage.Bench;

/// <summary>
/// What detection costs: CPU time per sample or row, bytes of saved state, time to learn and to restore. Signals are
/// made (a daily rhythm, slow and fast noise, rare bursts); the cost depends little on them.
/// </summary>
static class DetectBenchmark
{
    const int Metrics = 40;
    const int StepSeconds = 60;
    const int HistoryRows = 14 * 1_440;
    const int Rows = 7 * 1_440;
    const int Hosts = 20;

    public static int Run()
    {
        double[] rows = Host(HistoryRows + Rows);
        Console.WriteLine($"{"what",-44} {"CPU us each",12} {"state bytes",12} {"restore us",11}");
        Traces("trace and rhythm of every series, per look", rows);
        Series("series detector, per sample", rows);
        Vital("vital sign's detector, per sample", rows);
        HostRows($"host detector, {Metrics} metrics, per row", rows);
        return 0;
    }

    /// <summary>
    /// What every series of a store gets each ten seconds: 100,000 of them, three hours after the first two.
    /// </summary>
    static void Traces(string name, double[] rows)
    {
        const int Count = 100_000, LearnedLooks = 720, Looks = 1_080;
        var traces = new SeriesTrace[Count];
        var rhythms = new SeriesRhythm[Count];
        double odd = 0;
        var clock = CpuClock.Start();
        for (int look = 0; look < LearnedLooks + Looks; look++)
        {
            clock = look == LearnedLooks ? CpuClock.Start() : clock;
            for (int i = 0; i < Count; i++)
            {
                ref var trace = ref traces[i];
                int at = ((look * Metrics) + (i % (Metrics * 64))) % rows.Length;
                trace.See(10_000L * (look + 1), rows[at]);
                if (trace.IsMeanDue && trace.HasLife)
                {
                    trace.Hear(rhythms[i].See(10_000L * (look + 1), trace.Mean, isOdd: false));
                }

                odd += trace.Score;
            }
        }

        double each = clock.Elapsed.TotalMicroseconds / Looks / Count;
        byte[][] states = [.. traces.Zip(rhythms, static (trace, rhythm) =>
        {
            byte[] state = new byte[SeriesTrace.Bytes + SeriesRhythm.Bytes];
            trace.Save(state);
            rhythm.Save(state.AsSpan(SeriesTrace.Bytes));
            return state;
        })];
        Report(name, each, states, static state => SeriesTrace.TryRead(state, out _) &&
            SeriesRhythm.TryRead(state.AsSpan(SeriesTrace.Bytes), out _), odd);
    }

    static void Series(string name, double[] rows)
    {
        var detectors = Enumerable.Range(0, Metrics).Select(static _ => new SeriesDetector()).ToArray();
        double odd = 0;
        var clock = CpuClock.Start();
        for (int at = 0; at < rows.Length; at += Metrics)
        {
            for (int j = 0; j < Metrics; j++)
            {
                odd += detectors[j].Feed(at / Metrics * StepSeconds * 1_000L, rows[at + j]).Score;
            }
        }

        double each = clock.Elapsed.TotalMicroseconds / rows.Length;
        var states = detectors.Select(static detector => Saved(detector.Save)).ToArray();
        Report(name, each, states, static state => SeriesDetector.Restore(state, out _) is not null, odd);
    }

    static void Vital(string name, double[] rows)
    {
        var settings = new DetectorSettings { Floor = 5 };
        var detectors = Enumerable.Range(0, Metrics).Select(_ => new VitalDetector(settings)).ToArray();
        double odd = 0;
        var clock = CpuClock.Start();
        for (int at = 0; at < rows.Length; at += Metrics)
        {
            for (int j = 0; j < Metrics; j++)
            {
                odd += detectors[j].Feed(at / Metrics * StepSeconds * 1_000L, rows[at + j]).Score;
            }
        }

        double each = clock.Elapsed.TotalMicroseconds / rows.Length;
        var states = detectors.Select(static detector => Saved(detector.Save)).ToArray();
        Report(name, each, states, state => VitalDetector.Restore(settings, state) is not null, odd);
    }

    static void HostRows(string name, double[] rows)
    {
        var learning = CpuClock.Start();
        var history = rows.AsSpan(0, HistoryRows * Metrics);
        var detectors = new HostDetector[Hosts];
        detectors[0] = HostDetector.Learn(history, Metrics, StepSeconds);
        double learned = learning.Elapsed.TotalMilliseconds;
        byte[] first = Saved(detectors[0].Save);
        for (int host = 1; host < Hosts; host++)
        {
            detectors[host] = HostDetector.Restore(first, out _)!;
        }

        double odd = 0;
        var clock = CpuClock.Start();
        for (int at = history.Length; at < rows.Length; at += Metrics)
        {
            foreach (var detector in detectors)
            {
                odd += detector.Feed(rows.AsSpan(at, Metrics)).Score;
            }
        }

        double each = clock.Elapsed.TotalMicroseconds / Rows / Hosts;
        var states = detectors.Select(static detector => Saved(detector.Save)).ToArray();
        Report(name, each, states, static state => HostDetector.Restore(state, out _) is not null, odd);
        Console.WriteLine($"learning {HistoryRows:n0} rows of {Metrics} metrics: {learned:n0} ms of CPU per host");
    }

    static void Report(string name, double each, byte[][] states, Predicate<byte[]> restore, double odd)
    {
        var clock = CpuClock.Start();
        int restored = states.Count(state => restore(state));
        double restoring = clock.Elapsed.TotalMicroseconds / states.Length;
        if (restored != states.Length || double.IsInfinity(odd))
        {
            throw new InvalidOperationException($"{name}: {states.Length - restored} states were not restored.");
        }

        double bytes = states.Average(static state => state.Length);
        Console.WriteLine($"{name,-44} {each,12:0.000} {bytes,12:n0} {restoring,11:0.0}");
    }

    static byte[] Saved(Action<IBufferWriter<byte>> save)
    {
        var state = new ArrayBufferWriter<byte>();
        save(state);
        return state.WrittenSpan.ToArray();
    }

    static double[] Host(int rows)
    {
        double[] values = new double[rows * Metrics];
        double[] slow = new double[Metrics];
        ulong bits = 1;
        for (int t = 0; t < rows; t++)
        {
            double day = Math.Sin(2 * Math.PI * t / 1_440);
            double burst = Uniform(ref bits) < 0.001 ? 30 : 0;
            for (int j = 0; j < Metrics; j++)
            {
                slow[j] = (0.98 * slow[j]) + Uniform(ref bits) - 0.5;
                double noise = Uniform(ref bits) + (j % 3 == 0 ? burst : 0);
                values[(t * Metrics) + j] = 50 + (5 * day) + (2 * slow[j]) + noise;
            }
        }

        return values;
    }

    /// <summary>A number from 0 to 1 (splitmix64).</summary>
    static double Uniform(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}

using Presage.Storage;

namespace Presage.Bench;

/// <summary>Bytes and CPU time per sample of our chunks and of Gorilla's, on made and on recorded series.</summary>
static class CodecBenchmark
{
    const int Rounds = 5;

    delegate int Encode(ReadOnlySpan<long> times, ReadOnlySpan<double> values, Span<byte> destination);

    delegate void Decode(ReadOnlySpan<byte> chunk, Span<long> times, Span<double> values);

    public static int Run(string[] args)
    {
        Console.WriteLine($"{"data",-34} {"codec",-8} {"B/sample",9} {"encode ns",10} {"decode ns",10}");
        foreach (int seconds in (int[])[1, 15])
        {
            Compare($"node-like, {seconds} s", Made(1000, seconds, jitterMs: 0));
            Compare($"node-like, {seconds} s, jitter 0-9 ms", Made(1000, seconds, jitterMs: 10));
        }

        if (args.Length > 0)
        {
            var (times, series) = ScrapeFile.Read(args[0]);
            Compare("recorded, 1 s, exact grid", Recorded(times, series, 1, aligned: true));
            Compare("recorded, 1 s, as it came", Recorded(times, series, 1, aligned: false));
            Compare("recorded, 15 s, exact grid", Recorded(times, series, 15, aligned: true));
        }

        return 0;
    }

    static void Compare(string name, List<(long[] Times, double[] Values)> chunks)
    {
        Measure(name, "Presage", chunks, Chunk.Write, static (chunk, times, values) =>
            new ChunkReader(chunk).Read(times, values));
        Measure(name, "Gorilla", chunks, GorillaChunk.Write, static (chunk, times, values) =>
            GorillaChunk.Read(chunk, times, values));
    }

    static void Measure(
        string name, string codec, List<(long[] Times, double[] Values)> chunks, Encode encode, Decode decode)
    {
        byte[] buffer = new byte[16 << 10];
        var written = new List<byte[]>();
        long[] times = new long[Chunk.SamplesMax];
        double[] values = new double[Chunk.SamplesMax];
        long samples = 0, bytes = 0;
        foreach (var chunk in chunks)
        {
            written.Add(buffer[..encode(chunk.Times, chunk.Values, buffer)]);
            decode(written[^1], times, values);
            samples += chunk.Times.Length;
            bytes += written[^1].Length;
            if (!times.AsSpan(0, chunk.Times.Length).SequenceEqual(chunk.Times) ||
                !values.AsSpan(0, chunk.Values.Length).SequenceEqual(chunk.Values))
            {
                throw new InvalidOperationException($"{codec} does not give back what it was given.");
            }
        }

        double best = double.MaxValue, bestRead = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            var clock = CpuClock.Start();
            foreach (var chunk in chunks)
            {
                encode(chunk.Times, chunk.Values, buffer);
            }

            best = Math.Min(best, clock.Elapsed.TotalNanoseconds);
            clock = CpuClock.Start();
            foreach (byte[] chunk in written)
            {
                decode(chunk, times, values);
            }

            bestRead = Math.Min(bestRead, clock.Elapsed.TotalNanoseconds);
        }

        Console.WriteLine(
            $"{name,-34} {codec,-8} {(double)bytes / samples,9:0.000} " +
            $"{best / samples,10:0.0} {bestRead / samples,10:0.0}");
    }

    static List<(long[] Times, double[] Values)> Made(int series, int seconds, int jitterMs)
    {
        var chunks = new List<(long[], double[])>();
        for (int s = 0; s < series; s++)
        {
            var source = new NodeSeries(s);
            ulong state = 88172645463325252;
            for (int c = 0; c < 8; c++)
            {
                long[] times = new long[Chunk.SamplesMax];
                double[] values = new double[Chunk.SamplesMax];
                for (int i = 0; i < times.Length; i++)
                {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    int n = (c * Chunk.SamplesMax) + i;
                    times[i] = 1_800_000_000_000 + (n * seconds * 1000L) + (
                        jitterMs > 0 ? (long)(state % (ulong)jitterMs) : 0);
                    values[i] = source.Step(seconds, n * seconds);
                }

                chunks.Add((times, values));
            }
        }

        return chunks;
    }

    static List<(long[] Times, double[] Values)> Recorded(
        List<long> times, Dictionary<string, List<double>> series, int every, bool aligned)
    {
        var chunks = new List<(long[], double[])>();
        foreach (var values in series.Values)
        {
            int count = Math.Min(values.Count, times.Count) / every;
            for (int from = 0; from < count; from += Chunk.SamplesMax)
            {
                int length = Math.Min(Chunk.SamplesMax, count - from);
                long[] chunkTimes = new long[length];
                double[] chunkValues = new double[length];
                for (int i = 0; i < length; i++)
                {
                    int n = (from + i) * every;
                    chunkTimes[i] = aligned ? 1_800_000_000_000 + (n * 1000L) : times[n];
                    chunkValues[i] = values[n];
                }

                chunks.Add((chunkTimes, chunkValues));
            }
        }

        return chunks;
    }
}

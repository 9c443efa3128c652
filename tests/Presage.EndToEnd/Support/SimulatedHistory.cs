using Presage.Metrics;

namespace Presage.EndToEnd.Support;

/// <summary>
/// The counters of an idle machine, written as its past: CPU around 3 % with a little noise, a load of 0.1, steady
/// memory. Labels are those of this machine's own collectors, so that the live samples go on where the history ends.
/// </summary>
sealed class SimulatedHistory(string host, int cores, int seed)
{
    ulong _random = (ulong)seed;

    /// <summary>Sends one sample a second of the past minutes, up to <paramref name="endMs"/>.</summary>
    public async Task SendAsync(RemoteWriter writer, long endMs, int minutes)
    {
        double[] idle = new double[cores],
            user = new double[cores];
        long start = endMs - (minutes * 60_000L);
        for (long chunk = start; chunk < endMs; chunk += 60_000)
        {
            var batch = new SampleBatch();
            for (int core = 0; core < cores; core++)
            {
                AddCpu(batch, core, "user", chunk, user, share: 0.03);
                AddCpu(batch, core, "idle", chunk, idle, share: 0.97);
            }

            AddGauge(batch, "node_load1", chunk, 0.1, 0.02);
            AddGauge(batch, "node_memory_MemTotal_bytes", chunk, 16e9, 0);
            AddGauge(batch, "node_memory_MemAvailable_bytes", chunk, 12e9, 1e7);
            using var response = await writer.SendAsync(batch);
            if (!response.IsSuccessStatusCode)
            {
                throw new HttpRequestException($"History was refused: {await response.Content.ReadAsStringAsync()}");
            }
        }
    }

    void AddCpu(SampleBatch batch, int core, string mode, long fromMs, double[] totals, double share)
    {
        Begin(batch, "node_cpu_seconds_total", ("cpu", core.ToString()), ("mode", mode));
        for (int second = 0; second < 60; second++)
        {
            totals[core] += Math.Max(0, share + (0.01 * (Next() - 0.5)));
            batch.AddSample(fromMs + (second * 1000L), Math.Round(totals[core], 2));
        }
    }

    void AddGauge(SampleBatch batch, string name, long fromMs, double level, double spread)
    {
        Begin(batch, name);
        for (int second = 0; second < 60; second++)
        {
            batch.AddSample(fromMs + (second * 1000L), Math.Round(level + (spread * (Next() - 0.5)), 2));
        }
    }

    void Begin(SampleBatch batch, string name, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        batch.BeginSeries();
        batch.AddLabel("__name__", name);
        batch.AddLabel("instance", host);
        batch.AddLabel("job", "node");
        foreach (var (label, value) in labels)
        {
            batch.AddLabel(label, value);
        }

        batch.EndLabels();
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014), 0 to 1.</summary>
    double Next()
    {
        _random += 0x9E3779B97F4A7C15;
        ulong z = (_random ^ (_random >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}

using System.Globalization;
using System.Text.Json;
using Presage.Metrics;

namespace Presage.Simulation;

/// <summary>What one sender has sent, and what of it the server acknowledged.</summary>
sealed class Ledger(int sender, int series)
{
    readonly Dictionary<long, Entry>[] _entries = [.. Enumerable.Range(0, series).Select(static _ =>
        new Dictionary<long, Entry>())];
    readonly List<(int Series, long TimestampMs, double Value)> _batch = [];
    readonly List<(int Series, long TimestampMs)> _recent = [];

    public long Acknowledged { get; private set; }

    /// <summary>The next batch: samples of now, some of seconds ago, some again, some again with another
    /// value.</summary>
    public SampleBatch Next(long timestampMs, Generator random)
    {
        _batch.Clear();
        for (int i = 0; i < series; i++)
        {
            _batch.Add((i, timestampMs, timestampMs + i + 0.25));
        }

        int late = random.Below(series);
        _batch.Add((late, timestampMs - random.Between(1, 5_000), random.Below(1000)));
        if (_recent.Count > 0 && random.Chance(0.3))
        {
            var (again, atMs) = random.Pick(_recent);
            double value = _entries[again][atMs].Offered[0];
            _batch.Add((again, atMs, value + random.Between(-1, 1)));
        }

        var batch = new SampleBatch();
        foreach (var (number, atMs, value) in _batch)
        {
            batch.AddSeries(LabelSet.OfMetric(
                "kill_test", new Label("instance", $"kill{sender}"), new Label("series", $"{number}")).ToKey());
            batch.AddSample(atMs, value);
            if (!_entries[number].TryGetValue(atMs, out var entry))
            {
                _entries[number].Add(atMs, entry = new Entry());
            }

            entry.Offered.Add(value);
        }

        return batch;
    }

    /// <summary>The server answered that it has the last batch.</summary>
    public void Acknowledge()
    {
        foreach (var (number, atMs, value) in _batch)
        {
            var entry = _entries[number][atMs];
            entry.Least = Math.Max(entry.Least, value);
            _recent.Add((number, atMs));
            Acknowledged++;
        }

        if (_recent.Count > 500)
        {
            _recent.RemoveRange(0, 250);
        }
    }

    /// <summary>Compares what the server shows of a span of time; returns how many samples it had to show.</summary>
    /// <exception cref="SimulationFailedException">A sample is lost, changed or invented.</exception>
    public async Task<long> CompareAsync(HttpClient client, long fromMs, long toMs)
    {
        string query = $"kill_test{{instance=\"kill{sender}\"}}[{toMs - fromMs}ms]";
        string at = (toMs / 1000.0).ToString("F3", CultureInfo.InvariantCulture);
        using var response = await client.GetAsync(
            new Uri($"/api/v1/query?query={Uri.EscapeDataString(query)}&time={at}", UriKind.Relative));
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        Require(response.IsSuccessStatusCode, $"The query fails: {answer.RootElement}");
        var seen = new Dictionary<long, double>[series];
        foreach (var one in answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray())
        {
            int number = int.Parse(
                one.GetProperty("metric").GetProperty("series").GetString()!, CultureInfo.InvariantCulture);
            seen[number] = one.GetProperty("values").EnumerateArray().ToDictionary(
                static pair => (long)Math.Round(pair[0].GetDouble() * 1000),
                static pair => double.Parse(pair[1].GetString()!, CultureInfo.InvariantCulture));
        }

        long compared = 0;
        for (int i = 0; i < series; i++)
        {
            compared += Compare(i, seen[i] ?? [], fromMs, toMs);
        }

        return compared;
    }

    long Compare(int number, Dictionary<long, double> seen, long fromMs, long toMs)
    {
        long compared = 0;
        foreach (var (atMs, entry) in _entries[number])
        {
            if (atMs <= fromMs || atMs >= toMs)
            {
                continue;
            }

            bool shown = seen.TryGetValue(atMs, out double value);
            Require(
                shown || double.IsNegativeInfinity(entry.Least),
                $"Lost: series {number} of sender {sender} at {atMs} = {entry.Least}, acknowledged.");
            Require(
                !shown || (entry.Offered.Contains(value) && value >= entry.Least),
                $"Changed: series {number} of sender {sender} at {atMs} is {value}, acknowledged was {entry.Least}.");
            compared += double.IsNegativeInfinity(entry.Least) ? 0 : 1;
        }

        foreach (long atMs in seen.Keys)
        {
            Require(
                _entries[number].ContainsKey(atMs), $"Invented: series {number} of sender {sender} at {atMs}.");
        }

        return compared;
    }

    static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SimulationFailedException(otherwise);
        }
    }

    sealed class Entry
    {
        public List<double> Offered { get; } = [];

        /// <summary>The greatest acknowledged value: it, or a greater one that was offered, must be
        /// shown.</summary>
        public double Least { get; set; } = double.NegativeInfinity;
    }
}

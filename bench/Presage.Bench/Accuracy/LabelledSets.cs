using System.Globalization;
using System.Text.Json;
using Presage.Backtesting;

namespace Presage.Bench.Accuracy;

/// <summary>
/// The labelled sets under <c>data</c> of the folder that PRESAGE_SHARED names: <c>nab</c> (single series) and
/// <c>smd</c>, <c>asd</c>, <c>services</c> (hosts). Their layout is described in the README beside them.
/// </summary>
static class LabelledSets
{
    public static readonly string[] Hosts = ["smd", "asd", "services"];

    public static LabelledSeries[] LoadSeries()
    {
        string folder = Folder("nab");
        using var windows = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "windows.json")));
        return [.. windows.RootElement.EnumerateObject().AsParallel().AsOrdered().Select(file =>
        {
            string name = file.Name.EndsWith(".csv", StringComparison.Ordinal) ? file.Name : file.Name + ".csv";
            var table = MetricTable.Read(Path.Combine(folder, "data", name + ".gz"), hasTimes: true, default);
            var times = table.Times.ConvertAll(Time);
            var events = file.Value.EnumerateArray()
                .Select(window => (
                    times.IndexOf(Time(window[0].GetString()!)),
                    times.IndexOf(Time(window[1].GetString()!))))
                .ToArray();
            var step = times.Zip(times.Skip(1), static (a, b) => b - a).Order().ElementAt(times.Count / 2);
            return new LabelledSeries(name[..^4], table.Metrics, [], table.Values, step, events, 0, [])
            {
                Seconds = [.. times.Select(time => (time - times[0].Date).TotalSeconds)],
            };
        })];
    }

    public static LabelledSeries[] LoadHosts(string set)
    {
        string folder = Folder(set);
        using var labels = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "labels.json")));
        var step = TimeSpan.FromMinutes(labels.RootElement.GetProperty("step_minutes").GetDouble());
        return [.. labels.RootElement.GetProperty("series").EnumerateObject().AsParallel().AsOrdered().Select(host =>
        {
            string file = host.Name + ".csv.gz";
            var train = MetricTable.Read(Path.Combine(folder, "train", file), hasTimes: false, default);
            var test = MetricTable.Read(Path.Combine(folder, "test", file), hasTimes: false, default);
            var events = host.Value.GetProperty("events").EnumerateArray()
                .Select(static e => (e[0].GetInt32(), e[1].GetInt32())).ToArray();
            var causes = host.Value.TryGetProperty("causes", out var known)
                ? known.EnumerateArray().Select(cause => Cause(cause, test.Metrics)).ToArray()
                : [];
            int window = host.Value.GetProperty("vus_window").GetInt32();
            return new LabelledSeries(host.Name, test.Metrics, train.Values, test.Values, step, events, window, causes);
        })];
    }

    /// <summary>
    /// Every metric that a set of hosts names as a cause, as a series of its own: its incidents are those it is named
    /// for.
    /// </summary>
    public static LabelledSeries[] Causing(LabelledSeries[] hosts) =>
    [
        .. hosts.SelectMany(static host => host.Causes.SelectMany(static cause => cause.Metrics).Distinct().Order()
            .Select(metric => new LabelledSeries(
                $"{host.Name}/{host.Metrics[metric]}",
                [host.Metrics[metric]],
                Column(host.Train, metric, host.Metrics.Length),
                Column(host.Test, metric, host.Metrics.Length),
                host.Step,
                [.. host.Causes.Where(cause => cause.Metrics.Contains(metric)).Select(static c => (c.First, c.Last))],
                host.Window,
                []))),
    ];

    static double[] Column(double[] rows, int metric, int metrics) =>
        [.. Enumerable.Range(0, rows.Length / metrics).Select(row => rows[(row * metrics) + metric])];

    static (int First, int Last, int[] Metrics) Cause(JsonElement cause, string[] names) =>
    (
        cause[0].GetInt32(),
        cause[1].GetInt32(),
        [.. cause[2].EnumerateArray().Select(metric => metric.ValueKind == JsonValueKind.Number
            ? metric.GetInt32()
            : Array.IndexOf(names, metric.GetString()))]
    );

    static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);

    static string Folder(string set)
    {
        string shared = Environment.GetEnvironmentVariable("PRESAGE_SHARED") ??
            throw new InvalidOperationException("Set PRESAGE_SHARED to the folder that holds data/nab, data/smd …");
        return Path.Combine(shared, "data", set);
    }
}

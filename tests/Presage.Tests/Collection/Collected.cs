using Presage.Collection;
using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Collection;

/// <summary>What a collector wrote, as text: <c>name{labels} value</c> without the labels all series carry.</summary>
sealed class Collected
{
    readonly SampleBatch _batch = new();
    readonly CollectionWriter _writer = new();
    long _timestampMs = 1_000_000;

    public static SeriesKeys Keys { get; } = new("web1", []);

    public string? Missing => _writer.MissingSource;

    /// <summary>Runs one collection, a second later than the last.</summary>
    public Dictionary<string, double> Run(Action<CollectionWriter> collect, int seconds = 1)
    {
        _batch.Clear();
        _timestampMs += seconds * 1000;
        _writer.Begin(_batch, _timestampMs);
        collect(_writer);
        return Print(_batch);
    }

    public static Dictionary<string, double> Print(SampleBatch batch)
    {
        var result = new Dictionary<string, double>();
        foreach (ref readonly var series in batch.Series)
        {
            var labels = LabelSet.FromKey(batch.KeyOf(series));
            Label[] own = [.. labels.Labels.ToArray().Where(label =>
                label.Name is not ("__name__" or "instance" or "job"))];
            string name = labels.MetricName + (own.Length == 0 ? "" : LabelSet.Of(own).ToString());
            Assert.True(result.TryAdd(name, batch.Values[series.FirstSample]), name + " was written twice");
        }

        return result;
    }

    public static byte[] Fixture(string name) => File.ReadAllBytes(FixturePath(name));

    public static string FixturePath(string name) =>
        Path.Join(AppContext.BaseDirectory, "Collection", "fixtures", name);
}

using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Storage;
using Presage.Tests.Support;

namespace Presage.Tests.Storage;

/// <summary>A store in a temporary folder on a clock of its own; can be closed, copied and opened again.</summary>
sealed class StoreFixture : IAsyncDisposable
{
    /// <summary>2027-01-15T08:00:00Z: an hour's beginning.</summary>
    public const long StartMs = 1_800_000_000_000;

    public static readonly TimeRange Always = new(long.MinValue, long.MaxValue);

    SampleStore? _store;

    public string Folder { get; } = Directory.CreateTempSubdirectory("presage-store-").FullName;

    public JumpingTime Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(StartMs));

    public SampleStore Store => _store ??= Open();

    /// <summary>
    /// Makes the options of the next opening out of the folder. Closing leaves the journal as it is: most tests look
    /// at what it holds.
    /// </summary>
    public Func<string, StorageOptions> Options { get; set; } =
        folder => new StorageOptions { DataFolder = folder, FlushOnClose = false };

    public SampleStore Open() => _store = SampleStore.Open(Options(Folder), Time, NullLogger.Instance);

    public async Task<SampleStore> ReopenAsync()
    {
        await CloseAsync();
        return Open();
    }

    public async Task CloseAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
            _store = null;
        }
    }

    /// <summary>Appends one sample of <c>name{host, i}</c>.</summary>
    public Task<AppendOutcome> AppendAsync(string host, int i, long timestampMs, double value) =>
        AppendAsync((host, i, timestampMs, value));

    public async Task<AppendOutcome> AppendAsync(params (string Host, int I, long TimestampMs, double Value)[] samples)
    {
        var batch = new SampleBatch();
        foreach (var (host, i, timestampMs, value) in samples)
        {
            batch.AddSeries(LabelsOf(host, i).ToKey());
            batch.AddSample(timestampMs, value);
        }

        return await Store.AppendAsync(batch, CancellationToken.None);
    }

    /// <summary>Deletes; returns of how many series.</summary>
    public async Task<int> DeleteAsync(TimeRange range, params LabelMatcher[] matchers) =>
        (await Store.DeleteAsync([matchers], range, CancellationToken.None)).Series;

    public static LabelSet LabelsOf(string host, int i) =>
        LabelSet.OfMetric($"metric_{i % 3}", new Label("instance", host + ":9100"), new Label("i", $"{i}"));

    /// <summary>The samples of one series as pairs of timestamp and bits.</summary>
    public (long TimestampMs, long Bits)[] Read(string host, int i, TimeRange? range = null) =>
        Read(Store, LabelsOf(host, i), range ?? Always);

    public static (long TimestampMs, long Bits)[] Read(ISampleSource source, LabelSet labels, TimeRange range)
    {
        var matchers = new List<LabelMatcher>();
        foreach (var label in labels.Labels)
        {
            matchers.Add(new LabelMatcher(label.Name, MatchOperator.Equal, label.Value));
        }

        var columns = new SampleColumns();
        foreach (var series in source.Select(matchers, range))
        {
            series.Read(range, columns);
        }

        var samples = new (long, long)[columns.Count];
        for (int s = 0; s < samples.Length; s++)
        {
            samples[s] = (columns.TimestampsMs[s], BitConverter.DoubleToInt64Bits(columns.Values[s]));
        }

        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

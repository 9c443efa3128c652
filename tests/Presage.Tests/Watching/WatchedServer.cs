using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Query;
using Presage.State;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Tests.Watching;

/// <summary>A real store, state file and watcher in a temporary folder, on a clock that a test moves.</summary>
sealed class WatchedServer : IAsyncDisposable
{
    /// <summary>Sunday, 2026-11-22 12:00 UTC.</summary>
    public const long StartMs = 1_795_348_800_000;

    readonly string _folder = Directory.CreateTempSubdirectory("presage-watching-").FullName;
    readonly SampleBatch _batch = new();

    readonly bool _watchesSeries;

    public WatchedServer(TimeSpan? pastMax = null, WatcherOptions? options = null, bool watchesSeries = false)
    {
        _watchesSeries = watchesSeries;
        _options = options;
        PastMax = pastMax ?? TimeSpan.FromHours(2);
        Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(StartMs));
        Open();
    }

    readonly WatcherOptions? _options;

    public FakeTimeProvider Time { get; } = new();

    public TimeSpan PastMax { get; }

    /// <summary>Whether all hosts are under maintenance.</summary>
    public bool IsMaintained { get; set; }

    public PromQlEngine Engine { get; } = new(new QueryLimits());

    public SampleStore Store { get; private set; } = null!;

    public StateDatabase State { get; private set; } = null!;

    public HostRegistry Registry { get; private set; } = null!;

    public Watcher Watcher { get; private set; } = null!;

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Appends one sample of every series of the hosts at the present, then watches.</summary>
    public async Task SecondAsync(params SimulatedHost[] hosts)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        await AppendAsync(hosts, NowMs);
        await Watcher.TurnAsync(CancellationToken.None);
    }

    /// <summary>Appends history up to the present in one batch per minute, as a backfill brings it.</summary>
    public async Task BackfillAsync(SimulatedHost host, TimeSpan length, int cadenceSeconds, Action<long>? shape = null)
    {
        for (long atMs = NowMs - (long)length.TotalMilliseconds; atMs <= NowMs; atMs += cadenceSeconds * 1000)
        {
            shape?.Invoke(atMs);
            host.Sample(_batch, atMs);
            if (_batch.SampleCount > 2_000)
            {
                await FlushAsync();
            }
        }

        await FlushAsync();
    }

    public async Task AppendAsync(SimulatedHost[] hosts, long timestampMs)
    {
        foreach (var host in hosts)
        {
            host.Sample(_batch, timestampMs);
        }

        await FlushAsync();
    }

    /// <summary>The value of a PromQL expression now; null when it has none.</summary>
    public double? Query(string text) =>
        Engine.Instant(Engine.Prepare(text), NowMs, Store, CancellationToken.None).Series is [var first, ..]
            ? first.Value
            : null;

    /// <summary>A sentence as somebody in UTC reads it now.</summary>
    public string Read(string sentence) => SentenceTimes.Read(sentence, TimeZoneInfo.Utc, NowMs);

    /// <summary>Stops and starts again on the same folder.</summary>
    public async Task RestartAsync(Action<StateDatabase>? beforeStart = null)
    {
        await CloseAsync();
        if (beforeStart is not null)
        {
            using var state = StateDatabase.Open(_folder);
            beforeStart(state);
        }

        Open();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_folder, recursive: true);
    }

    async Task FlushAsync()
    {
        if (_batch.SampleCount > 0)
        {
            var outcome = await Store.AppendAsync(_batch, CancellationToken.None);
            Xunit.Assert.Equal(0, outcome.Rejected);
            _batch.Clear();
        }
    }

    void Open()
    {
        State = StateDatabase.Open(_folder);
        Registry = new HostRegistry(State, Time, "local");
        var options = new StorageOptions
        {
            DataFolder = Path.Combine(_folder, "samples"),
            PastMax = PastMax,
            Observer = Registry,
        };
        Store = SampleStore.Open(options, Time, NullLogger.Instance);
        var watched = new WatchedStore(Store);
        Watcher = new Watcher(
            watched, Engine, VitalCatalogue.Default, Registry, State, Time, NullLogger.Instance, _options)
        {
            Maintenance = new Maintenance((_, _) => IsMaintained, static _ => []),
            Series = _watchesSeries ? new SeriesWatching(Store, _folder, NullLogger.Instance) : null,
        };
    }

    async Task CloseAsync()
    {
        Watcher.Save();
        await Store.DisposeAsync();
        State.Dispose();
    }
}

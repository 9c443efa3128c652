using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>
/// Everything at once, on real threads: appenders, readers, flushes, merges, snapshots, a clock that runs through the
/// days. What was acknowledged before a read began is in its answer, nothing is there that was not offered before it
/// ended, and no sample is missing in between.
/// </summary>
public sealed class ParallelTests
{
    const int Appenders = 3;
    const int SamplesMax = 400_000;

    static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task What_was_acknowledged_before_a_read_is_seen_whatever_goes_on_beside()
    {
        await using var fixture = new StoreFixture();
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            JournalSegmentBytesMax = 64 << 10,
            PastMax = TimeSpan.FromMinutes(10),
            FlushDelay = TimeSpan.Zero,
        };
        fixture.Open();
        Sender[] senders = [.. Enumerable.Range(0, Appenders).Select(i => new Sender(fixture, i))];
        using var stop = new CancellationTokenSource(Duration);
        var work = new List<Task>();
        work.AddRange(senders.Select(s => Loop(s.AppendAsync, stop.Token)));
        work.AddRange(Enumerable.Range(0, 2).Select(_ => Loop(() => ReadAll(senders), stop.Token)));
        work.Add(Loop(() => fixture.Store.FlushAsync(CancellationToken.None), stop.Token));
        work.Add(Loop(() => fixture.Store.CareNowAsync(CancellationToken.None), stop.Token));
        work.Add(Loop(() => SnapshotAsync(fixture, senders), stop.Token));
        await Task.WhenAll(work);

        await ReadAll(senders);
        await fixture.ReopenAsync();
        await ReadAll(senders);
        Assert.Empty(fixture.Store.Statistics.Damages);
        Assert.True(fixture.Store.Statistics.BlockBytes > 0);
    }

    static Task Loop(Func<Task> work, CancellationToken stop) => Task.Run(
        async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await work();
                await Task.Yield();
            }
        },
        CancellationToken.None);

    static Task ReadAll(Sender[] senders)
    {
        foreach (var sender in senders)
        {
            sender.Check();
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// The clock goes on, and a copy of that moment is made, which opens. It goes on once all senders have seen it:
    /// one that waits for a processor would else send what is older than the store takes, and be refused.
    /// </summary>
    static async Task SnapshotAsync(StoreFixture fixture, Sender[] senders)
    {
        long nowMs = fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();
        if (senders.All(sender => sender.SeenMs == nowMs))
        {
            fixture.Time.Advance(TimeSpan.FromMinutes(7));
        }

        string folder = Path.Combine(fixture.Folder, "snapshot");
        await fixture.Store.SnapshotAsync(folder, CancellationToken.None);
        await using (SampleStore.Open(
            new StorageOptions { DataFolder = folder }, fixture.Time, NullLogger.Instance))
        {
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>One series: its samples, those offered and those acknowledged.</summary>
    sealed class Sender(StoreFixture fixture, int number)
    {
        readonly LabelSet _labels = StoreFixture.LabelsOf($"host{number}", number);
        readonly long[] _times = new long[SamplesMax];
        int _offered;
        int _acknowledged;
        long _seenMs;

        /// <summary>The clock when the last append began that is over.</summary>
        public long SeenMs => Volatile.Read(ref _seenMs);

        public async Task AppendAsync()
        {
            int count = Math.Min(1 + (_offered % 7), SamplesMax - _offered);
            var batch = new SampleBatch();
            batch.AddSeries(_labels.ToKey());
            long nowMs = fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();
            for (int i = 0; i < count; i++)
            {
                long before = _offered + i == 0 ? 0 : _times[_offered + i - 1];
                _times[_offered + i] = Math.Max(before + 1, nowMs);
                batch.AddSample(_times[_offered + i], ValueOf(_times[_offered + i]));
            }

            Volatile.Write(ref _offered, _offered + count);
            var outcome = await fixture.Store.AppendAsync(batch, CancellationToken.None);
            Assert.Equal((count, 0), (outcome.Written, outcome.Rejected));
            Volatile.Write(ref _acknowledged, _offered);
            Volatile.Write(ref _seenMs, nowMs);
        }

        public void Check()
        {
            var columns = new SampleColumns();
            var newest = new SampleColumns();
            int before = Volatile.Read(ref _acknowledged);
            var matcher = new LabelMatcher("instance", MatchOperator.Equal, _labels["instance"]);
            var series = fixture.Store.Select([matcher], StoreFixture.Always).SingleOrDefault();
            series?.Read(StoreFixture.Always, columns);
            series?.ReadNewest(StoreFixture.Always, newest);
            int after = Volatile.Read(ref _offered);

            Assert.InRange(columns.Count, before, after);
            Assert.True(columns.TimestampsMs.SequenceEqual(_times.AsSpan(0, columns.Count)), "Samples are missing.");
            for (int i = 0; i < columns.Count; i++)
            {
                Assert.Equal(ValueOf(_times[i]), columns.Values[i]);
            }

            if (columns.Count > 0)
            {
                Assert.InRange(newest.TimestampsMs[0], columns.TimestampsMs[^1], _times[after - 1]);
                Assert.Equal(ValueOf(newest.TimestampsMs[0]), newest.Values[0]);
            }
        }

        static double ValueOf(long timestampMs) => (timestampMs * 2654435761) % 1_000_003;
    }
}

using CsCheck;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>
/// Backfill, merging, deletion and crashes in any order against a dictionary: raw samples and roll-ups of both tiers,
/// these recomputed from the dictionary.
/// </summary>
public sealed class BlockModelTests
{
    enum Step
    {
        Backfill,
        Append,
        Hours,
        Care,
        Flush,
        Delete,
        Reopen,
        Crash,
    }

    [Fact]
    public Task Blocks_answer_as_a_dictionary_does()
    {
        var steps = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 5], Gen.Int[1, 60], Gen.Int[0, 3]).Array[1, 25];
        return steps.SampleAsync(RunAsync, iter: 25, threads: 2);
    }

    static async Task RunAsync((int Step, int Series, int Amount, int Kind)[] steps)
    {
        await using var run = new Run();
        foreach (var (step, series, amount, kind) in steps)
        {
            switch ((Step)step)
            {
                case Step.Backfill:
                    await run.BackfillAsync(series, amount, kind);
                    break;
                case Step.Append:
                    await run.AppendAsync(series, amount);
                    break;
                case Step.Hours:
                    run.Fixture.Time.Advance(TimeSpan.FromMinutes(amount * 15));
                    break;
                case Step.Care:
                    await run.Fixture.Store.CareNowAsync(CancellationToken.None);
                    run.Compare();
                    break;
                case Step.Flush:
                    await run.Fixture.Store.FlushAsync(CancellationToken.None);
                    break;
                case Step.Delete:
                    await run.DeleteAsync(series, amount);
                    run.CompareRaw();
                    break;
                case Step.Reopen:
                    await run.Fixture.ReopenAsync();
                    run.CompareRaw();
                    break;
                default:
                    await run.CrashAsync();
                    run.CompareRaw();
                    break;
            }
        }

        await run.SettleAsync();
        run.Compare();
    }

    sealed class Run : IAsyncDisposable
    {
        const long Minute = 60_000;

        readonly Dictionary<int, SortedDictionary<long, double>> _model = [];
        int _value;

        public Run() => Fixture.Open();

        public StoreFixture Fixture { get; } = new();

        long NowMs => Fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();

        public async Task BackfillAsync(int series, int count, int kind)
        {
            await using var backfill = Fixture.Store.BeginBackfill();
            var batch = new SampleBatch();
            for (int s = series; s <= Math.Min(series + kind, 5); s++)
            {
                batch.AddSeries(StoreFixture.LabelsOf($"host{s % 2}", s).ToKey());
                for (int i = 0; i < count * 4; i++)
                {
                    long timestampMs = NowMs - (((i * 37 % 199) + 1) * 17 * Minute) - (kind * 24 * 60 * Minute);
                    double value = kind == 3 ? _value++ % 50 / 8.0 : _value++ % 23;
                    batch.AddSample(timestampMs, value);
                    Add(s, timestampMs, value);
                }
            }

            var outcome = backfill.Append(batch);
            Assert.Equal(0, outcome.Rejected);
            await backfill.CompleteAsync(CancellationToken.None);
        }

        public async Task AppendAsync(int series, int count)
        {
            for (int i = 0; i < count; i++)
            {
                long timestampMs = NowMs - ((count - i) * 15_000);
                double value = i % 13 == 12 ? SampleValue.StaleMarker : _value++ % 31;
                var outcome = await Fixture.AppendAsync($"host{series % 2}", series, timestampMs, value);
                if (outcome.Rejected == 0)
                {
                    Add(series, timestampMs, value);
                }
            }
        }

        public async Task DeleteAsync(int series, int amount)
        {
            var range = new TimeRange(NowMs - (amount * 90 * Minute), NowMs - (amount * 20 * Minute));
            await Fixture.DeleteAsync(range, new LabelMatcher("i", MatchOperator.Equal, $"{series}"));
            if (_model.TryGetValue(series, out var samples))
            {
                foreach (long timestampMs in samples.Keys.Where(range.Contains).ToArray())
                {
                    samples.Remove(timestampMs);
                }
            }
        }

        public async Task CrashAsync()
        {
            // The files are copied one by one: nothing may rename or delete them meanwhile.
            await Fixture.Store.CareNowAsync(CancellationToken.None);
            string copy = Directory.CreateTempSubdirectory("presage-crash-").FullName;
            StoreFiles.Copy(Fixture.Folder, copy);
            await Fixture.CloseAsync();
            Directory.Delete(Fixture.Folder, recursive: true);
            Directory.Move(copy, Fixture.Folder);
            Fixture.Open();
        }

        public async Task SettleAsync()
        {
            Fixture.Time.Advance(TimeSpan.FromHours(30));
            await Fixture.Store.FlushAsync(CancellationToken.None);
            await Fixture.Store.CareNowAsync(CancellationToken.None);
            CompareRaw();
        }

        public void Compare()
        {
            CompareRaw();
            foreach (var tier in Fixture.Store.Tiers)
            {
                var range = new TimeRange(NowMs - (20 * 24 * 60 * Minute), NowMs);
                var read = Fixture.Store.SelectRollups([], range, tier);
                foreach (var (series, samples) in _model)
                {
                    var labels = StoreFixture.LabelsOf($"host{series % 2}", series);
                    var columns = new RollupColumns();
                    read.FirstOrDefault(r => r.Labels == labels)?.Read(range, columns);
                    Assert.Equal(Naive(samples, tier), columns.Buckets.ToArray());
                }
            }
        }

        public void CompareRaw()
        {
            foreach (var (series, samples) in _model)
            {
                var expected = samples.Select(p => (p.Key, BitConverter.DoubleToInt64Bits(p.Value))).ToArray();
                Assert.Equal(expected, Fixture.Read($"host{series % 2}", series));
            }

            Assert.Empty(Fixture.Store.Statistics.Damages);
            Assert.Null(Fixture.Store.Statistics.LastCareError);
        }

        public ValueTask DisposeAsync() => Fixture.DisposeAsync();

        /// <summary>Straight from the definition; only the order of adding up is the store's.</summary>
        static RollupBucket[] Naive(SortedDictionary<long, double> samples, RollupTier tier)
        {
            var buckets = new List<RollupBucket>();
            var real = samples.Where(p => !SampleValue.IsStale(p.Value)).ToArray();
            double previous = double.NaN;
            long previousBucket = long.MinValue;
            foreach (var bucket in real.GroupBy(p => tier.BucketOf(p.Key)))
            {
                double[] values = [.. bucket.Select(p => p.Value)];
                double increase = 0;
                double before = buckets.Count > 0 && bucket.Key - previousBucket <= 86_400_000 ? previous : values[0];
                foreach (double value in values)
                {
                    increase += value < before ? value : value - before;
                    before = value;
                }

                buckets.Add(new RollupBucket(
                    bucket.Key, values.Min(), values.Max(), values.Sum(), values.Length, values[0], values[^1],
                    increase));
                previous = values[^1];
                previousBucket = bucket.Key;
            }

            return [.. buckets];
        }

        void Add(int series, long timestampMs, double value)
        {
            if (!_model.TryGetValue(series, out var samples))
            {
                _model.Add(series, samples = []);
            }

            if (!samples.TryGetValue(timestampMs, out double stored) || SampleValue.Beats(value, stored))
            {
                samples[timestampMs] = value;
            }
        }
    }
}

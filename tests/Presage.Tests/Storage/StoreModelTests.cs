using CsCheck;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>
/// Random work on a store beside the plainest model of it, a dictionary per series: appends (regular, jittered, late,
/// shuffled, doubled, conflicting, at the bounds), flushes, hours that pass, clean and unclean ends. After every few
/// steps both hold the same.
/// </summary>
public sealed class StoreModelTests
{
    const int Hosts = 3;
    const int SeriesPerHost = 4;

    enum Step
    {
        Append,
        Burst,
        Late,
        Shuffled,
        Repeat,
        Minutes,
        Hours,
        Flush,
        Reopen,
        Crash,
    }

    static readonly Gen<Step> Steps = Gen.Frequency(
        (20, Gen.Const(Step.Append)), (10, Gen.Const(Step.Burst)), (5, Gen.Const(Step.Late)),
            (5, Gen.Const(Step.Shuffled)), (5, Gen.Const(Step.Repeat)),
        (5, Gen.Const(Step.Minutes)), (1, Gen.Const(Step.Hours)), (1, Gen.Const(Step.Flush)),
            (1, Gen.Const(Step.Reopen)),
        (1, Gen.Const(Step.Crash)));

    static readonly Gen<(Step Step, int Series, int Amount, int Kind)[]> Work =
        Gen.Select(Steps, Gen.Int[0, (Hosts * SeriesPerHost) - 1], Gen.Int[1, 300], Gen.Int[0, 5])
            .Select((step, series, amount, kind) => (step, series, amount, kind)).Array[1, 120];

    [Fact]
    public async Task A_store_holds_what_the_model_holds() =>
        await Work.SampleAsync(RunAsync, iter: 100, threads: 2);

    static async Task RunAsync((Step Step, int Series, int Amount, int Kind)[] work)
    {
        await using var run = new ModelRun();
        foreach (var (step, series, amount, kind) in work)
        {
            switch (step)
            {
                case Step.Append:
                    await run.AppendAsync(series, kind, 1);
                    break;
                case Step.Burst:
                    await run.AppendAsync(series, kind, amount);
                    break;
                case Step.Late:
                    await run.AppendLateAsync(series, amount * 1000L);
                    break;
                case Step.Shuffled:
                    await run.AppendShuffledAsync(series, amount, kind);
                    break;
                case Step.Repeat:
                    await run.RepeatAsync(series, amount, conflicting: kind == 0);
                    break;
                case Step.Minutes:
                    run.Fixture.Time.Advance(TimeSpan.FromSeconds(amount));
                    break;
                case Step.Hours:
                    run.Fixture.Time.Advance(TimeSpan.FromMinutes(amount));
                    break;
                case Step.Flush:
                    await run.Fixture.Store.FlushAsync(CancellationToken.None);
                    break;
                case Step.Reopen:
                    run.Compare();
                    await run.Fixture.ReopenAsync();
                    run.Compare();
                    break;
                default:
                    await run.CrashAsync();
                    run.Compare();
                    break;
            }
        }

        run.Compare();
    }

    sealed class ModelRun : IAsyncDisposable
    {
        readonly Dictionary<int, SortedDictionary<long, long>> _model = [];
        readonly Dictionary<int, double> _level = [];

        public ModelRun() => Fixture.Open();

        public StoreFixture Fixture { get; } = new();

        public async Task AppendAsync(int series, int kind, int count)
        {
            long nowMs = Fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();
            long fromMs = Math.Max(Newest(series) + 1, nowMs - 3_600_000);
            for (int i = 0; i < count; i++)
            {
                double level = _level.GetValueOrDefault(series);
                double value = kind switch
                {
                    0 => level,
                    1 => level + 17,
                    2 => Math.Round(level + 0.01, 2),
                    3 => Math.Sin(level + i),
                    4 => i % 9 == 0 ? SampleValue.StaleMarker : level + 4096,
                    _ => i % 2 == 0 ? -0.0 : 1e300,
                };
                _level[series] = double.IsFinite(value) && Math.Abs(value) < 1e15 ? value : 0;
                long timestampMs = fromMs + (i * 1000L) + (kind % 2 == 1 ? i % 3 : 0);
                if (timestampMs <= nowMs + 600_000)
                {
                    await OfferAsync(series, timestampMs, value);
                }
            }
        }

        public Task AppendLateAsync(int series, long backMs) =>
            OfferAsync(series, Fixture.Time.GetUtcNow().ToUnixTimeMilliseconds() - (backMs * 30), 5);

        /// <summary>One batch, its samples in no order, some of them twice and with other values.</summary>
        public async Task AppendShuffledAsync(int series, int count, int seed)
        {
            long nowMs = Fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();
            ulong state = (ulong)(seed + 1) * 0x9E3779B97F4A7C15;
            var samples = new (string, int, long, double)[count];
            for (int i = 0; i < count; i++)
            {
                state = (state * 6364136223846793005) + 1442695040888963407;
                long timestampMs = nowMs - ((long)(state >> 33) % (seed < 3 ? 600 : 7200) * 1000);
                double value = (state >> 40) % 5;
                samples[i] = ($"host{series % Hosts}", series, timestampMs, value);
                Store(series, timestampMs, BitConverter.DoubleToInt64Bits(value));
            }

            var outcome = await Fixture.AppendAsync(samples);
            Assert.Equal((count, 0), (outcome.Written, outcome.Rejected));
        }

        public async Task RepeatAsync(int series, int back, bool conflicting)
        {
            if (_model.TryGetValue(series, out var samples) && samples.Count > 0)
            {
                var (timestampMs, bits) = samples.ElementAt(Math.Max(samples.Count - back, 0));
                double value = BitConverter.Int64BitsToDouble(bits);
                await OfferAsync(series, timestampMs, conflicting ? 12345.678 : value);
            }
        }

        /// <summary>The process dies: what the files hold is copied as it is, and the copy is opened.</summary>
        public async Task CrashAsync()
        {
            string copy = Directory.CreateTempSubdirectory("presage-crash-").FullName;
            StoreFiles.Copy(Fixture.Folder, copy);
            await Fixture.CloseAsync();
            Directory.Delete(Fixture.Folder, recursive: true);
            Directory.Move(copy, Fixture.Folder);
            Fixture.Open();
        }

        public void Compare()
        {
            int shown = 0;
            for (int series = 0; series < Hosts * SeriesPerHost; series++)
            {
                var expected = _model.GetValueOrDefault(series, []).Select(p => (p.Key, p.Value)).ToArray();
                var actual = Fixture.Read($"host{series % Hosts}", series);
                Assert.Equal(expected, actual);
                shown += expected.Length > 0 ? 1 : 0;
                if (expected.Length > 2)
                {
                    var range = new TimeRange(expected[expected.Length / 3].Key, expected[expected.Length / 2].Key);
                    Assert.Equal(
                        expected.Where(s => range.Contains(s.Key)),
                            Fixture.Read($"host{series % Hosts}", series, range));
                    CompareNewest(series, range, expected);
                    CompareNewest(series, StoreFixture.Always, expected);
                }
            }

            Assert.Equal(shown, Fixture.Store.Select([], StoreFixture.Always).Count);
            Assert.Equal(_model.Keys.Select(s => $"host{s % Hosts}").Distinct().Order(), Fixture.Store.Hosts);
            Assert.Empty(Fixture.Store.Statistics.Damages);
        }

        void CompareNewest(int series, TimeRange range, (long TimestampMs, long Bits)[] expected)
        {
            var columns = new SampleColumns();
            columns.Add(1, 2);
            var labels = StoreFixture.LabelsOf($"host{series % Hosts}", series);
            Fixture.Store.Select([], range).Single(s => s.Labels == labels).ReadNewest(range, columns);
            var newest = expected.Last(s => range.Contains(s.TimestampMs));
            Assert.Equal([1, newest.TimestampMs], columns.TimestampsMs.ToArray());
            Assert.Equal(newest.Bits, BitConverter.DoubleToInt64Bits(columns.Values[1]));
        }

        public ValueTask DisposeAsync() => Fixture.DisposeAsync();

        async Task OfferAsync(int series, long timestampMs, double value)
        {
            long nowMs = Fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();
            var outcome = await Fixture.AppendAsync($"host{series % Hosts}", series, timestampMs, value);
            if (timestampMs < nowMs - 7_200_000 || timestampMs > nowMs + 600_000)
            {
                Assert.Equal((0, 1), (outcome.Written, timestampMs < nowMs ? outcome.TooOld : outcome.TooFarInFuture));
                return;
            }

            Assert.Equal((1, 0), (outcome.Written, outcome.Rejected));
            if (timestampMs > Newest(series))
            {
                Assert.Equal((1, 0), (outcome.Accepted, outcome.Late));
            }

            Store(series, timestampMs, BitConverter.DoubleToInt64Bits(value));
        }

        void Store(int series, long timestampMs, long bits)
        {
            if (!_model.TryGetValue(series, out var samples))
            {
                _model.Add(series, samples = []);
            }

            if (!samples.TryGetValue(timestampMs, out long stored) ||
                SampleValue.Beats(BitConverter.Int64BitsToDouble(bits), BitConverter.Int64BitsToDouble(stored)))
            {
                samples[timestampMs] = bits;
            }
        }

        long Newest(int series) =>
            _model.TryGetValue(series, out var samples) && samples.Count > 0 ? samples.Keys.Last() : long.MinValue / 2;
    }
}

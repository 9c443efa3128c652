using System.Buffers;
using System.Buffers.Binary;
using CsCheck;
using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>
/// State in which some bytes were replaced by numbers that hurt most. It is refused; state of versions without a
/// checksum is refused or makes what goes on with numbers that can be. All places but the version of all states are
/// tried when <c>PRESAGE_EXHAUSTIVE</c> is set, else some by chance.
/// </summary>
public sealed class DamagedStateTests(ITestOutputHelper output)
{
    const int Metrics = 6;
    const int Trained = 1_500;

    static readonly byte[][] s_wild =
    [
        Of(double.NaN), Of(double.PositiveInfinity), Of(double.MaxValue), Of(double.MinValue), Of(-1), Of(1e300),
        Of(-1e30), Of(1e15), Of(double.Epsilon), Of(float.MaxValue), Of(float.NaN), Of(-float.MaxValue), Of(1e9f),
        Of(-1f), Of(long.MaxValue), Of(long.MinValue), Of(long.MaxValue / 2), Of(-1L), Of(0L),
        [0], [1], [2], [127], [128], [255],
    ];

    [Theory]
    [InlineData(60, 5, false)]
    [InlineData(60, 1, true)]
    [InlineData(1, 1, true)]
    public void Of_a_vital_sign(int cadenceSeconds, int days, bool isBefore)
    {
        var settings = OfficeSignal.Settings;
        var detector = new VitalDetector(settings);
        var signal = new OfficeSignal(12);
        long atMs = NormalSignal.StartMs;
        for (long endMs = atMs + (days * 86_400_000L); atMs < endMs; atMs += cadenceSeconds * 1_000)
        {
            detector.Feed(atMs, signal.At(atMs));
        }

        var state = new ArrayBufferWriter<byte>();
        detector.Save(state);

        // Version 3 knew no week, which is nine bytes where there is none, and no checksum.
        Damage(isBefore ? [3, .. state.WrittenSpan[1..^17]] : state.WrittenSpan.ToArray(), !isBefore, damaged =>
        {
            var restored = VitalDetector.Restore(settings, damaged);
            for (int i = 0; restored is not null && i < 40; i++)
            {
                var reading = restored.Feed(atMs + (i * 600_000L), i % 9 * 0.1);
                Assert.True(double.IsNaN(reading.Score) || reading.Score is >= 0 and <= 1);
                Assert.True(double.IsNaN(reading.Lower) || double.IsFinite(reading.Lower));
                Assert.True(double.IsNaN(reading.Upper) || double.IsFinite(reading.Upper));
                Assert.True(double.IsFinite(restored.Level));
            }

            return restored is null;
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_a_series(bool isBefore)
    {
        var detector = new SeriesDetector();
        var random = new SeededGenerator(1);
        long atMs = NormalSignal.StartMs;
        for (int i = 0; i < 3_000; i++, atMs += 300_000)
        {
            detector.Feed(atMs, Math.Sin(i / 45.0) + random.Normal());
        }

        var state = new ArrayBufferWriter<byte>();
        detector.Save(state);
        Damage(isBefore ? [3, .. state.WrittenSpan[1..^8]] : state.WrittenSpan.ToArray(), !isBefore, damaged =>
        {
            var restored = SeriesDetector.Restore(damaged, out _);
            for (int i = 0; restored is not null && i < 20; i++)
            {
                var reading = restored.Feed(atMs + (i * 300_000L), random.Normal());
                Assert.InRange(reading.Score, 0, 1);
                Assert.True(double.IsFinite(reading.Strength));
            }

            return restored is null;
        });
    }

    [Fact]
    public void Of_a_host()
    {
        var random = new SeededGenerator(1);
        double[] history = new double[Trained * Metrics];
        for (int i = 0; i < history.Length; i++)
        {
            history[i] = random.Normal() + (i % Metrics);
        }

        var state = new ArrayBufferWriter<byte>();
        HostDetector.Learn(history, Metrics, 60).Save(state);
        Damage(state.WrittenSpan.ToArray(), true, damaged => HostDetector.Restore(damaged, out _) is null);
    }

    [Fact]
    public void Of_a_trace()
    {
        var trace = default(SeriesTrace);
        var random = new SeededGenerator(1);
        long atMs = NormalSignal.StartMs;
        for (int i = 0; i < 9_000; i++, atMs += 10_000)
        {
            trace.See(atMs, random.Normal());
        }

        byte[] state = new byte[SeriesTrace.Bytes];
        trace.Save(state);
        Damage(state, false, damaged =>
        {
            bool isRead = SeriesTrace.TryRead(damaged, out var read);
            for (int i = 0; isRead && i < 40; i++)
            {
                read.See(atMs + (i * 10_000L), random.Normal());
                Assert.InRange(read.Score, 0, 1);
            }

            return !isRead;
        });
    }

    void Damage(byte[] state, bool isSealed, Func<byte[], bool> isRefused)
    {
        int tried = 0, refused = 0;
        byte[] damaged = new byte[state.Length];
        if (Environment.GetEnvironmentVariable("PRESAGE_EXHAUSTIVE") is not null)
        {
            for (int at = 1; at < state.Length; at++)
            {
                foreach (byte[] wild in s_wild)
                {
                    Try(at, wild);
                }
            }
        }
        else
        {
            Gen.Select(Gen.Int[1, state.Length - 1], Gen.Int[0, s_wild.Length - 1])
                .Sample((at, wild) => Try(at, s_wild[wild]), iter: 400, threads: 1);
        }

        output.WriteLine($"{state.Length} bytes; {refused} of {tried} refused");
        Assert.InRange(refused, isSealed ? tried : 1, isSealed ? tried : tried - 1);

        void Try(int at, byte[] wild)
        {
            state.CopyTo(damaged, 0);
            wild.AsSpan(0, Math.Min(wild.Length, state.Length - at)).CopyTo(damaged.AsSpan(at));
            try
            {
                bool isSame = damaged.AsSpan().SequenceEqual(state);
                refused += isRefused(damaged) && !isSame ? 1 : 0;
                tried += isSame ? 0 : 1;
            }
            catch (Exception problem)
            {
                throw new InvalidOperationException($"{Convert.ToHexString(wild)} at {at} of {state.Length}", problem);
            }
        }
    }

    static byte[] Of(double number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
        return bytes;
    }

    static byte[] Of(float number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, number);
        return bytes;
    }

    static byte[] Of(long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }
}

using CsCheck;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>Frames of samples: their bytes, and that whatever is written comes back to the bit.</summary>
public sealed class JournalFrameTests
{
    const long Start = StoreFixture.StartMs;

    /// <summary>Values as senders send them, and such as no arithmetic leaves alone.</summary>
    static readonly double[] Values =
    [
        0, -0.0, 1, -1, 12_345_678, 12_345_679, 4096.0 * 1_234_567, 0.25, 1234.56, 1234.567, -0.001, 0.1 + 0.2, Math.PI,
        9007199254740991, 9007199254740992, -9007199254740993, 9007199254740.991, 9007199254741.001, 1e300, -1e300,
        double.Epsilon, double.MaxValue, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        BitConverter.Int64BitsToDouble(0x7FF0000000000002), long.MaxValue, long.MinValue, 123456.7890125,
    ];

    [Fact]
    public void Frames_have_the_bytes_that_are_drawn()
    {
        var samples = new[]
        {
            (0, Start, 1000.0), (1, Start, 0.0), (2, Start, 0.0), (3, Start, 2.5), // The first ones, against 0.
            (0, Start + 1000, 1003), (1, Start + 1000, 0), (2, Start + 1000, 0), (3, Start + 1000, 2.25),
            (3, Start + 999, Math.PI), (1, Start + 999, double.NegativeZero),
        };
        byte[] frame = FramesOf(4, samples);
        Assert.Equal(
            "25000000" + // 37 bytes of payload, its checksum behind.
            "03" + "80c0e285e368" +
            "09d00f" + // +1000
            "81" + // two of series 1 and 2, unchanged
            "0a8827" + // +2500 thousandths
            "6905d00f06" + // three series back, a second later, +3
            "81" +
            "0af303" + // -250 thousandths
            "680001400921fb54442d18" +
            "410380" + // two series back, one byte of -0
            "",
            Convert.ToHexStringLower(frame.AsSpan(0, 4)) + Convert.ToHexStringLower(frame.AsSpan(8)));
        Assert.Equal(samples, Read(4, frame));
    }

    [Fact]
    public void Whatever_is_written_comes_back() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.OneOf(Gen.Int[0, Values.Length - 1].Select(At), Gen.Double))
            .Array[0, 600].Sample(drawn =>
            {
                long timestampMs = Start;
                var samples = new (int, long, double)[drawn.Length];
                int next = 0;
                for (int i = 0; i < drawn.Length; i++)
                {
                    // Mostly series after series, each with the value it had.
                    var (series, step, value) = drawn[i];
                    next = series == 5 ? (int)((uint)BitConverter.DoubleToInt64Bits(value) % 300) : (next + 1) % 300;
                    timestampMs += step == 3 ? BitConverter.DoubleToInt64Bits(value) % 10_000 : 0;
                    samples[i] = (next, timestampMs, series < 3 ? 7 : value);
                }

                var bits = samples.Select(s => (s.Item1, s.Item2, BitConverter.DoubleToInt64Bits(s.Item3)));
                Assert.Equal(bits, Read(300, FramesOf(300, samples))
                    .Select(s => (s.Item1, s.Item2, BitConverter.DoubleToInt64Bits(s.Item3))));
            });

    [Fact]
    public void Values_that_stay_as_they_are_take_a_byte_for_128_of_them()
    {
        var samples = Enumerable.Range(0, 10_000).Select(i => (i % 1000, Start + (i / 1000), 5.0)).ToArray();
        byte[] frames = FramesOf(1000, samples);
        Assert.InRange(frames.Length, 0, 2000 + (9 * 20));
        Assert.Equal(samples, Read(1000, frames));
    }

    static double At(int index) => Values[index];

    static byte[] FramesOf(int seriesCount, (int Series, long TimestampMs, double Value)[] samples)
    {
        var buffer = new JournalBuffer();
        var series = new HeadSeries[seriesCount];
        foreach (var (number, timestampMs, value) in samples)
        {
            series[number].JournalId = number;
            buffer.AddSample(ref series[number], timestampMs, value);
        }

        return buffer.Complete().ToArray();
    }

    static (int Series, long TimestampMs, double Value)[] Read(int seriesCount, byte[] frames)
    {
        var registrations = new JournalBuffer();
        for (int i = 0; i < seriesCount; i++)
        {
            registrations.AddSeries(i, StoreFixture.LabelsOf("a", i).ToKey());
        }

        byte[] header = new byte[JournalFormat.HeaderBytes];
        JournalFormat.WriteHeader(header, 1);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [.. header, .. registrations.Complete(), .. frames]);
            var replay = new CollectingReplay();
            var reader = new JournalReader(replay);
            reader.Read(LocalDisk.Instance, path, 1);
            Assert.Null(reader.Damage);
            return [.. replay.Samples];
        }
        finally
        {
            File.Delete(path);
        }
    }

    sealed class CollectingReplay : IJournalReplay
    {
        public List<(int, long, double)> Samples { get; } = [];

        public void OnSeries(int journalId, ReadOnlySpan<byte> key) => LabelSet.FromKey(key);

        public void OnSample(int journalId, long timestampMs, double value) =>
            Samples.Add((journalId, timestampMs, value));
    }
}

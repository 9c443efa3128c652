using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>
/// Bytes of format version 1 that every later version must open: chunks as hex, and a data folder with a block and a
/// journal. The environment variable PRESAGE_GOLDEN names a folder to write new ones to, when a new format version is
/// made.
/// </summary>
public sealed class GoldenTests
{
    const long Start = StoreFixture.StartMs;

    static string Folder => Path.Combine(AppContext.BaseDirectory, "Storage", "Golden");

    public static TheoryData<string> Names => [.. Series.Keys];

    static Dictionary<string, (long[] Times, double[] Values)> Series { get; } = new()
    {
        ["constant"] = (Regular(240), Enumerable.Repeat(17.5, 240).ToArray()),
        ["counter"] = (
            Regular(240), Enumerable.Range(0, 240).Select(i => (double)(1_000_000 + (i * 137) + (i % 3))).ToArray()),
        ["seconds"] = (Regular(60), Enumerable.Range(0, 60).Select(i => Math.Round(8123.44 + (i * 0.27), 2)).ToArray()),
        ["pages"] = (
            Regular(100), Enumerable.Range(0, 100).Select(i => (double)((90_000 + ((i * 31) % 17)) * 4096L)).ToArray()),
        ["irrational"] = (Regular(50), Enumerable.Range(1, 50).Select(i => Math.Sqrt(i)).ToArray()),
        ["special"] = (
            [Start, Start + 1, Start + 15_001, Start + 30_000, Start + 44_999, Start + 90_000],
            [1, -0.0, double.NegativeInfinity, SampleValue.StaleMarker, double.Epsilon, 2]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_chunk_of_version_1_has_these_bytes_and_reads_back(string name)
    {
        var (times, values) = Series[name];
        byte[] buffer = new byte[Chunk.BytesMax];
        string written = Convert.ToHexString(buffer, 0, Chunk.Write(times, values, buffer));
        if (Environment.GetEnvironmentVariable("PRESAGE_GOLDEN") is { } folder)
        {
            await File.WriteAllTextAsync(
                Path.Combine(Directory.CreateDirectory(folder).FullName, name + ".chunk.hex"), written + "\n");
            return;
        }

        string golden = (await File.ReadAllTextAsync(Path.Combine(Folder, name + ".chunk.hex"))).Trim();
        Assert.Equal(golden, written);
        var reader = new ChunkReader(Convert.FromHexString(golden));
        long[] backTimes = new long[reader.Count];
        double[] backValues = new double[reader.Count];
        reader.Read(backTimes, backValues);
        Assert.Equal(times, backTimes);
        Assert.Equal(Bits(values), Bits(backValues));
    }

    [Fact]
    public async Task A_data_folder_of_version_1_opens_with_all_its_samples()
    {
        await using var fixture = new StoreFixture();
        if (Environment.GetEnvironmentVariable("PRESAGE_GOLDEN") is { } folder)
        {
            await WriteFolderAsync(fixture, Path.Combine(folder, "data-1"));
            return;
        }

        StoreFiles.Copy(Path.Combine(Folder, "data-1"), fixture.Folder);
        fixture.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(Start).AddHours(1));
        var statistics = fixture.Open().Statistics;

        Assert.Empty(statistics.Damages);
        Assert.Equal((1, Series.Count * 2L), (statistics.Blocks, statistics.SamplesReplayed));
        int i = 0;
        foreach (var (_, (times, values)) in Series)
        {
            var expected = times.Zip(Bits(values)).Concat(
                [(Start + 3_600_000, Bits([1])[0]), (Start + 3_600_007, Bits([2.5])[0])]);
            Assert.Equal(expected, fixture.Read($"host{i % 2}", i));
            i++;
        }
    }

    static async Task WriteFolderAsync(StoreFixture fixture, string target)
    {
        fixture.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(Start).AddHours(1));
        int i = 0;
        foreach (var (_, (times, values)) in Series)
        {
            for (int s = 0; s < times.Length; s++)
            {
                await fixture.AppendAsync($"host{i % 2}", i, times[s], values[s]);
            }

            i++;
        }

        await fixture.Store.FlushAsync(CancellationToken.None);
        for (i = 0; i < Series.Count; i++)
        {
            await fixture.AppendAsync(
                ($"host{i % 2}", i, Start + 3_600_000, 1), ($"host{i % 2}", i, Start + 3_600_007, 2.5));
        }

        await fixture.CloseAsync();
        StoreFiles.Copy(fixture.Folder, Directory.CreateDirectory(target).FullName);
    }

    static long[] Regular(int count) => [.. Enumerable.Range(0, count).Select(i => Start + (i * 15_000L))];

    static long[] Bits(double[] values) => Array.ConvertAll(values, BitConverter.DoubleToInt64Bits);
}

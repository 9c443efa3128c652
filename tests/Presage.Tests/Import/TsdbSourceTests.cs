using CsCheck;
using Presage.Import;
using Presage.Metrics;
using Presage.Protocols.Tsdb;
using Presage.Tests.Tidy;
using Xunit;

namespace Presage.Tests.Import;

/// <summary>
/// Reads a block that Debian's promtool 2.42 wrote (`promtool tsdb create-blocks-from openmetrics`) from the samples
/// that <see cref="Expected"/> makes.
/// </summary>
public sealed class TsdbSourceTests
{
    const long BaseMs = 1_767_225_600_000;

    static readonly string Block = Path.Combine(Repository.Root, "tests/Presage.Tests/Import/block");

    [Fact]
    public async Task A_block_of_promtool_is_read_sample_for_sample()
    {
        var target = new CollectingTarget();

        await ImportAsync(new DirectoryInfo(Block), long.MinValue, long.MaxValue, target);

        Assert.Equal(Expected(), target.Samples);
    }

    [Fact]
    public async Task Only_the_span_asked_for_is_read()
    {
        var target = new CollectingTarget();

        await ImportAsync(new DirectoryInfo(Block), BaseMs + 60_000, BaseMs + 120_000, target);

        Assert.Equal(
            Expected().Where(static s => s.TimestampMs is >= BaseMs + 60_000 and <= BaseMs + 120_000), target.Samples);
    }

    [Theory]
    [InlineData("index", 20, "checksum of the symbol table")]
    [InlineData("chunks/000001", 100, "chunk at 8")]
    public async Task Damage_is_named_and_nothing_of_the_block_is_kept(string file, int at, string reason)
    {
        using var folder = new CopiedBlock(Block);
        byte[] bytes = File.ReadAllBytes(folder.File(file));
        bytes[at] ^= 0x40;
        File.WriteAllBytes(folder.File(file), bytes);
        var target = new CollectingTarget();

        var e = await Assert.ThrowsAsync<ImportException>(
            () => ImportAsync(folder.Folder, long.MinValue, long.MaxValue, target));

        Assert.Contains(reason, e.Message);
        Assert.Contains(folder.Folder.FullName, e.Message);
        Assert.Empty(target.Samples);
    }

    [Fact]
    public void A_folder_without_blocks_is_named()
    {
        var e = Assert.Throws<ImportException>(
            () => TsdbSource.Parts(new DirectoryInfo(Repository.Root), long.MinValue, long.MaxValue));
        Assert.Contains("holds no blocks", e.Message);
    }

    [Fact]
    public void Broken_bytes_never_crash() => Gen.Select(Gen.Byte.Array[0, 300], Gen.Long, Gen.Long)
        .Sample(static (bytes, from, to) =>
        {
            var batch = new SampleBatch();
            batch.AddSeries(LabelSet.OfMetric("up").ToKey());
            _ = XorChunk.Add(bytes, from, to, batch);
        }, iter: 3_000);

    [Fact]
    public void A_broken_index_is_refused_with_a_reason()
    {
        byte[] good = File.ReadAllBytes(Path.Combine(Block, "index"));
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            byte[] bytes = (byte[])good.Clone();
            bytes[at] = value;
            var batch = new SampleBatch();
            try
            {
                var index = TsdbIndex.Open(bytes.AsMemory(0, length % 3 == 0 ? length : bytes.Length));
                while (index.Read(batch))
                {
                    Assert.NotEmpty(index.Chunks);
                }
            }
            catch (InvalidDataException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }, iter: 3_000);
    }

    static Task<ImportReport> ImportAsync(DirectoryInfo folder, long fromMs, long toMs, CollectingTarget target) =>
        new ImportRun(TsdbSource.Parts(folder, fromMs, toMs), target, null, target).RunAsync(CancellationToken.None);

    static IEnumerable<(string Series, long TimestampMs, double Value)> Expected()
    {
        for (int i = 0; i < 60; i++)
        {
            yield return (
                "hits_total{instance=\"w2:9100\", job=\"node\"}", BaseMs + (i * 60_000) + (i / 20 * 400_000),
                (double)i * i);
        }

        double[] values = [20.5, 20.5, 21, -3.25, 1e300, 0.1];
        for (int i = 0; i < 150; i++)
        {
            yield return (
                "temp_celsius{instance=\"é1:9100\", job=\"node\"}", BaseMs + (i * 15_000) + (i % 3 * 3),
                i == 40 ? double.NaN : values[i % 6]);
        }
    }

    sealed class CopiedBlock : IDisposable
    {
        public CopiedBlock(string from)
        {
            foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                string to = File(Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                System.IO.File.Copy(file, to);
            }
        }

        public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("presage-tsdb-");

        public string File(string name) => Path.Combine(Folder.FullName, name);

        public void Dispose() => Folder.Delete(recursive: true);
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using CsCheck;
using Presage.Import;
using Presage.Metrics;
using Presage.Protocols.Tsdb;
using Presage.Simulation;
using Presage.Storage;
using Presage.Tests.Storage;
using Presage.Tests.Tidy;
using Xunit;

namespace Presage.Tests.Import;

/// <summary>
/// Damaged files on their whole way into a store: each import ends well or with an error that is meant for people, and
/// the store holds whole imports only, undamaged.
/// </summary>
public sealed class ImportFuzzTests
{
    static readonly string Block = Path.Combine(Repository.Root, "tests/Presage.Tests/Import/block");

    static readonly CsvMapping Mapping =
        new("time", "s", [("value", null)], "metric", [("rack", "rack")], [new Label("site", "lab")]);

    [Fact]
    public async Task Damaged_files_end_with_a_reason_or_are_imported()
    {
        await using var fixture = new StoreFixture();
        long seconds = StoreFixture.StartMs / 1000;
        string text = $"# TYPE a gauge\na{{b=\"c\"}} 1 {seconds - 60}\na{{b=\"c\"}} 2.5 {seconds - 45}\n# EOF\n";
        string csv = $"time,metric,value,rack\n{seconds - 30},m,1.5,\"r, 1\"\n{seconds - 15},m,,r\n{seconds},n,NaN,\n";
        (string Name, byte[] Bytes)[] files =
        [
            ("index", File.ReadAllBytes(Path.Combine(Block, "index"))),
            ("chunks/000001", File.ReadAllBytes(Path.Combine(Block, "chunks/000001"))),
            ("meta.json", File.ReadAllBytes(Path.Combine(Block, "meta.json"))),
            ("tombstones", File.ReadAllBytes(Path.Combine(Block, "tombstones"))),
            ("a.om", System.Text.Encoding.UTF8.GetBytes(text)),
            ("a.om.gz", Zipped(text)),
            ("a.csv", System.Text.Encoding.UTF8.GetBytes(csv)),
            ("a.csv.gz", Zipped(csv)),
        ];
        int imported = 0, refused = 0;
        Gen.Select(
            Gen.Int[0, files.Length - 1], Gen.Select(Gen.Double.Unit, Gen.Byte).Array[0, 5], Gen.Double.Unit,
            Gen.Int[0, 3]).Sample(
            (file, mutations, cut, kind) =>
            {
                byte[] bytes = Mutated(files[file].Bytes, mutations, kind == 0 ? cut : 1);
                if (files[file].Name == "index" && kind > 1)
                {
                    TsdbSeal.Index(bytes);
                }

                bool done = TryImportAsync(fixture.Store, files[file].Name, bytes).GetAwaiter().GetResult();
                imported += done ? 1 : 0;
                refused += done ? 0 : 1;
            },
            iter: 250, threads: 1);

        Assert.True(imported > 20 && refused > 20, $"{imported} imported, {refused} refused");
        await fixture.Store.CareNowAsync(CancellationToken.None);
        await fixture.ReopenAsync();
        var columns = new SampleColumns();
        foreach (var series in fixture.Store.Select([], StoreFixture.Always))
        {
            series.Read(StoreFixture.Always, columns);
        }

        Assert.NotEqual(0, columns.Count);
        Assert.Empty(fixture.Store.Statistics.Damages);
    }

    [Fact]
    public async Task Labels_beyond_the_limit_are_refused_and_the_rest_imported()
    {
        await using var fixture = new StoreFixture();
        long seconds = StoreFixture.StartMs / 1000;
        string text = $"time,metric,value,rack\n{seconds},a,1,{new string('x', 200_000)}\n{seconds},c,1,r\n";
        var file = new FileInfo(Path.Combine(Directory.CreateTempSubdirectory("presage-import-").FullName, "a.csv"));
        await File.WriteAllTextAsync(file.FullName, text);
        var target = new StoreTarget(fixture.Store, static _ => { });
        var report = await new ImportRun(CsvSource.Parts([file], Mapping, ','), target, null, new Silent())
            .RunAsync(CancellationToken.None);
        file.Directory!.Delete(recursive: true);

        Assert.Equal((1, 1), (report.Outcome.Accepted, report.Outcome.Refused));
        Assert.Contains("the maximum is 65536", report.Outcome.FirstRefusal);
        Assert.Single(fixture.Store.Select([], StoreFixture.Always));
    }

    static async Task<bool> TryImportAsync(SampleStore store, string name, byte[] bytes)
    {
        var folder = Directory.CreateTempSubdirectory("presage-import-");
        try
        {
            await new ImportRun(Parts(folder, name, bytes), new StoreTarget(store, static _ => { }), null, new Silent())
                .RunAsync(CancellationToken.None);
            return true;
        }
        catch (Exception e) when (e is ImportException or IOException)
        {
            Assert.NotEmpty(e.Message);
            return false;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static IReadOnlyList<ImportPart> Parts(DirectoryInfo folder, string name, byte[] bytes)
    {
        var file = new FileInfo(Path.Combine(folder.FullName, name));
        if (name.StartsWith("a.", StringComparison.Ordinal))
        {
            File.WriteAllBytes(file.FullName, bytes);
            return name.Contains(".om", StringComparison.Ordinal)
                ? OpenMetricsSource.Parts([file], true, [])
                : CsvSource.Parts([file], Mapping, ',');
        }

        Directory.CreateDirectory(Path.Combine(folder.FullName, "chunks"));
        foreach (string part in (string[])["index", "meta.json", "tombstones", "chunks/000001"])
        {
            File.Copy(Path.Combine(Block, part), Path.Combine(folder.FullName, part));
        }

        File.WriteAllBytes(file.FullName, bytes);
        return TsdbSource.Parts(folder, long.MinValue, long.MaxValue);
    }

    static byte[] Mutated(byte[] seed, (double At, byte Value)[] mutations, double cut)
    {
        byte[] bytes = seed[..(int)(seed.Length * cut)];
        foreach (var (at, value) in mutations)
        {
            if (bytes.Length > 0)
            {
                bytes[(int)(at * (bytes.Length - 1))] = value;
            }
        }

        return bytes;
    }

    static byte[] Zipped(string text)
    {
        using var memory = new MemoryStream();
        using (var zip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            zip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }

        return memory.ToArray();
    }

    sealed class Silent : IImportWatcher
    {
        public void Tell(string part, double share, long samples)
        {
        }
    }
}

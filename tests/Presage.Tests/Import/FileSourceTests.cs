using CsCheck;
using Presage.Import;
using Presage.Metrics;
using Presage.Protocols.Csv;
using Xunit;

namespace Presage.Tests.Import;

/// <summary>OpenMetrics and CSV files.</summary>
public sealed class FileSourceTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presage-import-");
    readonly CollectingTarget _target = new();

    [Fact]
    public async Task OpenMetrics_is_read_with_labels_of_ones_own()
    {
        var file = Write("a.om", "# TYPE t gauge\nt{a=\"1\"} 2 1767225600.25\nt{a=\"1\"} 3 1767225601\n# EOF\n");

        await RunAsync(OpenMetricsSource.Parts([file], true, [new Label("site", "lab")]));

        Assert.Equal(
            [
                ("t{a=\"1\", site=\"lab\"}", 1_767_225_600_250, 2.0),
                ("t{a=\"1\", site=\"lab\"}", 1_767_225_601_000, 3.0),
            ],
            _target.Samples);
    }

    [Theory]
    [InlineData("t 1 5\nt 2\n# EOF\n", "Line 2: the sample has no timestamp")]
    [InlineData("t 1 5\n", "# EOF is missing")]
    [InlineData("t 1 5\n# EOF\nt 2 6\n", "Line 3: nothing may follow # EOF")]
    [InlineData("t{ 1 5\n# EOF\n", "Line 1:")]
    public async Task Mistakes_of_OpenMetrics_are_named_and_the_file_left_out(string text, string reason)
    {
        var file = Write("a.om", text);

        var e = await Assert.ThrowsAsync<ImportException>(() => RunAsync(OpenMetricsSource.Parts([file], true, [])));

        Assert.Contains(reason, e.Message);
        Assert.Contains("a.om", e.Message);
        Assert.Empty(_target.Samples);
    }

    [Fact]
    public async Task Columns_become_metrics_and_labels()
    {
        var file = Write(
            "a.csv",
            "when,host,temp,load\r\n2026-01-01T00:00:00Z,\"web, 1\",20.5,1\r\n2026-01-01T00:01:00Z,b,,-Inf\r\n");
        var mapping = new CsvMapping(
            "when", "iso", [("temp", "t"), ("load", "l")], null, [("host", "instance")], [new Label("site", "lab")]);

        await RunAsync(CsvSource.Parts([file], mapping, ','));

        Assert.Equal(
            [
                ("t{instance=\"web, 1\", site=\"lab\"}", 1_767_225_600_000, 20.5),
                ("l{instance=\"web, 1\", site=\"lab\"}", 1_767_225_600_000, 1.0),
                ("l{instance=\"b\", site=\"lab\"}", 1_767_225_660_000, double.NegativeInfinity),
            ],
            _target.Samples);
    }

    [Fact]
    public async Task A_column_may_name_the_metric()
    {
        var file = Write("a.csv", "time;name;value\n1767225600;a;1\n1767225600.5;b;2\n");
        var mapping = new CsvMapping("time", "s", [("value", null)], "name", [], []);

        await RunAsync(CsvSource.Parts([file], mapping, ';'));

        Assert.Equal([("a", 1_767_225_600_000, 1.0), ("b", 1_767_225_600_500, 2.0)], _target.Samples);
    }

    [Theory]
    [InlineData("t,v\nsoon,1\n", "line 2: \"soon\" in column t is not a time of format s")]
    [InlineData("t,v\n1,x\n", "line 2: \"x\" in column v is not a number")]
    [InlineData("t,v\n1\n", "line 2: the row has 1 fields, and the first one 2")]
    [InlineData("t,w\n1,1\n", "there is no column \"v\"; the file has t, w")]
    [InlineData("t,v\n1,\"2\n", "Line 2: a quoted field does not end")]
    [InlineData("", "its first row must name the columns")]
    public async Task Mistakes_of_CSV_are_named(string text, string reason)
    {
        var file = Write("a.csv", text);
        var mapping = new CsvMapping("t", "s", [("v", "m")], null, [], []);

        var e = await Assert.ThrowsAsync<ImportException>(() => RunAsync(CsvSource.Parts([file], mapping, ',')));

        Assert.Contains(reason, e.Message);
    }

    [Fact]
    public void Rows_that_are_written_are_read_again() =>
        Gen.String[Gen.Char["ab,\"\n ;é"], 0, 8].Array[2, 4].Array[1, 6].Sample(static rows =>
        {
            string text = string.Concat(rows.Select(static row => string.Join(
                ',', row.Select(static f => $"\"{f.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\n"));
            var read = new CsvRows(new StringReader(text), ',');
            foreach (string[] row in rows)
            {
                Assert.True(read.Read());
                Assert.Equal(row, read.Fields);
            }

            Assert.False(read.Read());
        });

    [Fact]
    public async Task Finished_files_are_skipped_when_an_import_is_resumed()
    {
        var first = Write("a.om", "t 1 5\n# EOF\n");
        var second = Write("b.om", "t 2 6\n");
        var resume = new FileInfo(Path.Combine(_folder.FullName, "resume"));
        await Assert.ThrowsAsync<ImportException>(
            () => RunAsync(OpenMetricsSource.Parts([first, second], true, []), resume));
        second = Write("b.om", "t 2 6\n# EOF\n");

        var report = await RunAsync(
            OpenMetricsSource.Parts([first, second], true, []), new FileInfo(resume.FullName));

        Assert.Equal((1, 1), (report.Parts, report.Skipped));
        Assert.Equal([("t", 5_000, 1.0), ("t", 6_000, 2.0)], _target.Samples);
        Assert.Equal(1, _target.Shares[^1]);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    FileInfo Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return new FileInfo(path);
    }

    Task<ImportReport> RunAsync(IReadOnlyList<ImportPart> parts, FileInfo? resume = null) =>
        new ImportRun(parts, _target, resume, _target).RunAsync(CancellationToken.None);
}

using System.Globalization;
using Presage.Backtesting;
using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>
/// What makes scores of files honest: each depends on its row and those before. Cutting a file short changes nothing
/// before the cut.
/// </summary>
public sealed class BacktestTests : IDisposable
{
    const int Metrics = 4;

    readonly string _folder = Directory.CreateTempSubdirectory("presage-backtest-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 3_000)]
    [InlineData(1, 2_017)]
    [InlineData(Metrics, 1_441)]
    [InlineData(Metrics, 1_300)]
    [InlineData(Metrics, 730)]
    public void Cutting_a_file_short_changes_no_score_before_the_cut(int metrics, int cut)
    {
        string[] whole = Scores(Table(metrics, 3_100, hasTimes: true), metrics);
        string[] part = Scores(Table(metrics, 3_100, hasTimes: true).Take(cut + 1), metrics);
        Assert.Equal(cut + 1, part.Length);
        Assert.Equal(whole.Take(cut + 1), part);
        Assert.Contains(part.Skip(1), static line => line.Split(',')[1] != "0");
    }

    [Fact]
    public void Cutting_the_test_part_short_changes_no_score_before_the_cut_though_it_is_learned_from_later()
    {
        string train = Write("train.csv", Table(Metrics, 1_000, hasTimes: false));
        string[] rows = [.. Table(Metrics, 2_500, hasTimes: false)];
        string[] whole = Split(train, rows), part = Split(train, rows[..1_201]);
        Assert.Equal(whole.Take(1_201), part);

        // History has doubled after 1,000 rows: what was learned then differs from what a cut before knows.
        Assert.NotEqual(whole[1_100], whole[1_101]);
    }

    [Fact]
    public void Rows_are_as_far_apart_as_their_times_say()
    {
        string[] minutes = [.. Table(Metrics, 1_000, hasTimes: true)];
        string[] fives = [.. minutes.Select((line, row) => row == 0 ? line : At(row * 5) + line[line.IndexOf(',')..])];
        string[] said = [.. Values(Scores(fives, Metrics, TimeSpan.FromMinutes(5)))];

        // Half a day is 144 rows of five minutes, 720 of one; a host's first model needs 200 in any case.
        Assert.Equal(said, Values(Scores(fives, Metrics, null)));
        Assert.NotEqual(said, Values(Scores(minutes, Metrics, null)));
        Assert.Equal(Values(Scores(minutes, Metrics)), Values(Scores(minutes, Metrics, null)));
    }

    [Theory]
    [InlineData("2026-03-01 00:09", "times", "are not after the one before (\"2026-03-01 00:09\" in row 10)")]
    [InlineData("0.49", "times", "are not after the one before (\"0.49\" in row 10)")]
    [InlineData("tomorrow", "fields", "are no time (\"tomorrow\" in row 10)")]
    public void Times_that_are_none_or_go_back_are_named_and_the_rows_are_scored_nevertheless(
        string last, string kind, string said)
    {
        string[] lines = [.. Table(Metrics, 10, hasTimes: true)];
        lines[^1] = last + lines[^1][lines[^1].IndexOf(',')..];
        lines[^2] = At(9) + lines[^2][lines[^2].IndexOf(',')..];
        string complaint = "";
        string output = Path.Combine(_folder, "out.csv");
        new Backtest(null, explains: false, Sensitivity.Standard, warn: text => complaint += text).Run(
            Write("odd.csv", lines), null, output, repeatsValue: false, CancellationToken.None);
        Assert.Contains($"1 of 10 {kind} of the first column, \"timestamp\", {said}", complaint);
        Assert.Equal(11, File.ReadAllLines(output).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Metrics)]
    public void Whatever_the_values_are_scores_are_from_0_to_1(int metrics)
    {
        string[] odd = ["NaN", "nan", "inf", "-Infinity", "NA", "null", "1e308", "-1e308", "1e-320", "", "0"];
        var random = new SeededGenerator(11);
        var lines = Table(metrics, 1_500, hasTimes: true).Select((line, row) =>
            row == 0 || random.Uniform() < 0.7 ? line
            : At(row / 3 * 2) + string.Concat(
                Enumerable.Range(0, metrics).Select(_ => "," + odd[(int)(random.Uniform() * odd.Length)])));
        foreach (string line in Scores(lines, metrics).Skip(1))
        {
            string[] fields = line.Split(',');
            Assert.InRange(double.Parse(fields[1], CultureInfo.InvariantCulture), 0, 1);
            Assert.Matches("^[01]$", fields[2]);
        }
    }

    static string At(int minutes) =>
        new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(minutes).ToString(
            "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    static IEnumerable<string> Values(IEnumerable<string> lines) =>
        lines.Select(static line => line[(line.IndexOf(',') + 1)..]);

    string[] Scores(IEnumerable<string> lines, int metrics) => Scores(lines, metrics, TimeSpan.FromMinutes(1));

    string[] Scores(IEnumerable<string> lines, int metrics, TimeSpan? step)
    {
        string input = Write($"input-{metrics}.csv", lines), output = Path.Combine(_folder, "out.csv");
        var backtest = new Backtest(step, explains: metrics > 1, Sensitivity.Standard);
        backtest.Run(input, null, output, repeatsValue: false, CancellationToken.None);
        return File.ReadAllLines(output);
    }

    string[] Split(string train, string[] rows)
    {
        string test = Write("test.csv", rows), output = Path.Combine(_folder, "out.csv");
        new Backtest(TimeSpan.FromMinutes(1), explains: true, Sensitivity.Standard)
            .RunSplit(train, test, output, CancellationToken.None);
        return File.ReadAllLines(output);
    }

    string Write(string name, IEnumerable<string> lines)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    /// <summary>
    /// A day's rhythm and noise; gaps in the values; the highest value last, so that a range known ahead would show.
    /// </summary>
    static IEnumerable<string> Table(int metrics, int rows, bool hasTimes)
    {
        var random = new SeededGenerator(4);
        string names = string.Join(",", Enumerable.Range(0, metrics).Select(static j => $"m{j}"));
        yield return (hasTimes ? "timestamp," : "") + names;
        for (int row = 0; row < rows; row++)
        {
            var values = Enumerable.Range(0, metrics).Select(j =>
                random.Uniform() < 0.01 ? ""
                : (row == rows - 1 ? 1e6 : (10 * Math.Sin(row * 2 * Math.PI / 1_440)) + random.Normal() + j)
                    .ToString("R", CultureInfo.InvariantCulture));
            var time = new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(row);
            yield return (hasTimes ? $"{time:yyyy-MM-dd HH:mm:ss}," : "") + string.Join(",", values);
        }
    }
}

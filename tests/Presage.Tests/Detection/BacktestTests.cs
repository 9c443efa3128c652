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

    string[] Scores(IEnumerable<string> lines, int metrics)
    {
        string input = Write($"input-{metrics}.csv", lines), output = Path.Combine(_folder, "out.csv");
        var backtest = new Backtest(TimeSpan.FromMinutes(1), explains: metrics > 1, Sensitivity.Standard);
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

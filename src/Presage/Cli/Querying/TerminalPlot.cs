using System.Globalization;
using System.Text;

namespace Presage.Cli.Querying;

/// <summary>Draws series over time with Braille dots, each in a small picture of its own.</summary>
static class TerminalPlot
{
    const int Columns = 72;
    const int Rows = 8;
    const int SeriesMax = 6;

    /// <summary>The bits of a Braille sign's dots, by column and row.</summary>
    static readonly int[,] Dots = { { 0x01, 0x02, 0x04, 0x40 }, { 0x08, 0x10, 0x20, 0x80 } };

    public static void Print(ServerAnswer answer, TextWriter output)
    {
        if (answer.Series.Count == 0)
        {
            output.WriteLine("no series");
            return;
        }

        double start = answer.Series.Min(static s => s.Points[0].Seconds);
        double end = answer.Series.Max(static s => s.Points[^1].Seconds);
        foreach (var series in answer.Series.Take(SeriesMax))
        {
            Print(series, start, end, output);
        }

        if (answer.Series.Count > SeriesMax)
        {
            output.WriteLine($"… and {answer.Series.Count - SeriesMax} more series (--output table shows all)");
        }
    }

    static void Print(AnswerSeries series, double start, double end, TextWriter output)
    {
        output.WriteLine(series.Name);
        var points = series.Points.Select(static p => (p.Seconds, Value: AnswerPrinter.NumberOf(p.Value)))
            .Where(static p => double.IsFinite(p.Value)).ToList();
        if (points.Count == 0)
        {
            output.WriteLine("  no finite values\n");
            return;
        }

        double least = points.Min(static p => p.Value), most = points.Max(static p => p.Value);
        int[,] cells = new int[Columns, Rows];
        var places = points.ConvertAll(p => (
            X: end > start ? (p.Seconds - start) / (end - start) * ((Columns * 2) - 1) : 0,
            Y: (1 - (most > least ? (p.Value - least) / (most - least) : 0.5)) * ((Rows * 4) - 1)));
        for (int i = 0; i < places.Count; i++)
        {
            var (last, place) = (places[Math.Max(0, i - 1)], places[i]);
            int steps = Math.Max(1, (int)Math.Max(Math.Abs(place.X - last.X), Math.Abs(place.Y - last.Y)));
            for (int step = 0; step <= steps; step++)
            {
                int x = (int)Math.Round(last.X + ((place.X - last.X) * step / steps));
                int y = (int)Math.Round(last.Y + ((place.Y - last.Y) * step / steps));
                cells[x / 2, y / 4] |= Dots[x % 2, y % 4];
            }
        }

        string top = AnswerPrinter.Short(most), bottom = AnswerPrinter.Short(least);
        int margin = Math.Max(top.Length, bottom.Length);
        for (int row = 0; row < Rows; row++)
        {
            var line = new StringBuilder((row == 0 ? top : row == Rows - 1 ? bottom : "").PadLeft(margin)).Append(" │");
            for (int column = 0; column < Columns; column++)
            {
                line.Append((char)(0x2800 + cells[column, row]));
            }

            output.WriteLine(line);
        }

        string from = TimeOf(start), to = TimeOf(end);
        output.WriteLine($"{new string(' ', margin)} └{new string('─', Columns)}");
        output.WriteLine(
            $"{new string(' ', margin + 2)}{from}{to.PadLeft(Math.Max(to.Length + 1, Columns - from.Length))}\n");
    }

    static string TimeOf(double seconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
        .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

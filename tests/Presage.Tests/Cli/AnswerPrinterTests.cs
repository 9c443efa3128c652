using Presage.Cli.Querying;
using Xunit;

namespace Presage.Tests.Cli;

public sealed class AnswerPrinterTests
{
    static readonly ServerAnswer Answer = new("{}", null, [],
    [
        Series("a,b", (0, "1"), (30, "3"), (60, "2")),
        Series("c", (0, "NaN"), (60, "+Inf")),
    ]);

    [Fact]
    public void A_table_sums_each_series_up() => Assert.Equal(
        "series         min  mean  max  last\n"
        + "m{host=\"a,b\"}    1     2    3     2  ▁█▄\n"
        + "m{host=\"c\"}                    +Inf\n",
        Printed("table"));

    [Fact]
    public void CSV_quotes_what_needs_it() => Assert.StartsWith(
        "__name__,host,time,value\nm,\"a,b\",1970-01-01T00:00:00Z,1\nm,\"a,b\",1970-01-01T00:00:30Z,3\n",
        Printed("csv"), StringComparison.Ordinal);

    [Fact]
    public void A_plot_has_a_line_and_its_bounds()
    {
        string text = Printed("plot");

        Assert.StartsWith("m{host=\"a,b\"}\n3 │", text, StringComparison.Ordinal);
        Assert.Contains("1970-01-01 00:00:00", text, StringComparison.Ordinal);
        Assert.Contains("m{host=\"c\"}\n  no finite values\n", text, StringComparison.Ordinal);
    }

    static AnswerSeries Series(string host, params (double, string)[] points) =>
        new(new Dictionary<string, string> { ["__name__"] = "m", ["host"] = host }, points);

    static string Printed(string form)
    {
        var output = new StringWriter { NewLine = "\n" };
        AnswerPrinter.Print(Answer, form, output);
        return output.ToString();
    }
}

using Presage.Query;
using Xunit;

namespace Presage.Tests.Query;

public sealed class ParserErrorTests
{
    static readonly PromQlEngine Engine = new(new QueryLimits());

    [Theory]
    [InlineData("", "1:1: parse error: no expression found in input")]
    [InlineData("foo bar", "1:5: parse error: unexpected identifier \"bar\"")]
    [InlineData("1 +", "1:4: parse error: unexpected end of input")]
    [InlineData("sum(", "1:5: parse error: unclosed left parenthesis")]
    [InlineData("up{job", "1:7: parse error: unexpected end of input inside braces")]
    [InlineData("up[5m", "1:6: parse error: unexpected end of input in duration expression")]
    [InlineData("(1", "1:3: parse error: unclosed left parenthesis")]
    [InlineData("foo{a=}", "1:7: parse error: unexpected \"}\" in label matching, expected string")]
    [InlineData("foo{a 1}",
        "1:7: parse error: unexpected number \"1\" in label matching, expected label matching operator")]
    [InlineData("foo{1}", "1:5: parse error: unexpected number \"1\" in label matching, expected identifier or \"}\"")]
    [InlineData("sum by foo (x)", "1:8: parse error: unexpected identifier \"foo\" in grouping opts, expected \"(\"")]
    [InlineData("foo offset x",
        "1:12: parse error: unexpected identifier \"x\" in offset, expected number or duration")]
    [InlineData("foo @ x", "1:7: parse error: unexpected identifier \"x\" in @, expected timestamp")]
    [InlineData("{}", "1:1: parse error: vector selector must contain at least one non-empty matcher")]
    [InlineData("{a=\"\"}", "1:1: parse error: vector selector must contain at least one non-empty matcher")]
    [InlineData("foo{__name__=\"bar\"}", "1:1: parse error: metric name must not be set twice: \"foo\" or \"bar\"")]
    [InlineData("rat(foo[5m])", "1:1: parse error: unknown function with name \"rat\", did you mean \"rate\"?")]
    [InlineData("rate(foo)",
        "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector")]
    [InlineData("rate(foo[5m], 1)", "1:1: parse error: expected 1 argument(s) in call to \"rate\", got 2")]
    [InlineData("sum(foo[5m])",
        "1:5: parse error: expected type instant vector in aggregation expression, got range vector")]
    [InlineData("1 and 2", "1:1: parse error: set operator \"and\" not allowed in binary scalar expression")]
    [InlineData("5m </ 5m", "1:1: parse error: trim operator \"</\" not allowed in binary scalar expression")]
    [InlineData("1 >/ time()", "1:1: parse error: trim operator \">/\" not allowed in binary scalar expression")]
    [InlineData("1 == 2", "1:3: parse error: comparisons between scalars must use BOOL modifier")]
    [InlineData("a + bool b", "1:3: parse error: bool modifier can only be used on comparison operators")]
    [InlineData("1 + on(x) 2", "1:1: parse error: vector matching only allowed between instant vectors")]
    [InlineData("a and on(x) group_left b", "1:1: parse error: no grouping allowed for \"and\" operation")]
    [InlineData("a + on(x) group_left(x) b",
        "1:3: parse error: label \"x\" must not occur in ON and GROUP clause at once")]
    [InlineData("foo[5m] + 1", "1:1: parse error: binary expression must contain only scalar and instant vector types")]
    [InlineData("foo[5m] offset 5m offset 5m", "1:1: parse error: offset may not be set multiple times")]
    [InlineData("(foo + bar)[5m]", "1:12: parse error: ranges only allowed for vector selectors")]
    [InlineData("foo[5m:1m][1m:]",
        "1:1: parse error: subquery is only allowed on instant vector, got matrix instead")]
    [InlineData("foo @ 1 @ 2", "1:1: parse error: @ <timestamp> may not be set multiple times")]
    [InlineData("foo[0s]", "1:5: parse error: duration must be greater than 0")]
    [InlineData("foo[5]]", "1:7: parse error: unexpected \"]\"")]
    [InlineData("\"abc", "1:1: parse error: unterminated quoted string")]
    [InlineData("foo\n  $", "2:3: parse error: unexpected character: '$'")]
    [InlineData("5mm", "1:1: parse error: bad number or duration syntax: \"5mm\"")]
    [InlineData("limitk(2, foo)", "1:1: parse error: limitk() is experimental and must be enabled")]
    [InlineData("mad_over_time(foo[5m])", "1:1: parse error: function \"mad_over_time\" is not enabled")]
    public void Says_where_and_what(string query, string message)
    {
        var error = Assert.Throws<PromQlException>(() => Engine.Prepare(query));

        Assert.Equal(message, error.Message);
        Assert.InRange(error.Position, 0, query.Length);
        Assert.InRange(error.Position + error.Length, 0, query.Length);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("-", "")]
    [InlineData("abs(", ")")]
    [InlineData("1 + ", "")]
    [InlineData("sum by (a) (", ")")]
    public void Refuses_deep_nesting_instead_of_overflowing(string open, string close)
    {
        string query = string.Concat(Enumerable.Repeat(open, 3000)) + "x" + string.Concat(Enumerable.Repeat(close,
            3000));

        var error = Assert.Throws<PromQlException>(() => Engine.Prepare(query));

        Assert.Contains("nested deeper than 200 levels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_long_queries()
    {
        var error = Assert.Throws<PromQlException>(() => Engine.Prepare(new string('a', 100_001)));

        Assert.Contains("longer than 100000", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sum")]
    [InlineData("by{on=\"x\",bool=\"y\"}")]
    [InlineData("offset offset 5m")]
    [InlineData("{\"my.metric\", \"label.x\"=~\"a|b\"}")]
    [InlineData("sum by (\"k8s.pod\", job) (rate({\"http.requests\"}[5m]))")]
    [InlineData("-foo ^ -2 * 3")]
    [InlineData("foo @ end() offset -1h30m")]
    [InlineData("avg_over_time(rate(x[1m])[30m:10s] @ 1.5 offset 5m)")]
    [InlineData("a:b:c{x!~\"y\"} > bool on(x) group_left(z) d")]
    [InlineData("inf ^ and")]
    [InlineData("0x1F + 1e3 + .5 + 5m + Inf")]
    public void Prints_what_reads_back(string query)
    {
        string printed = Engine.Prepare(query).ToString();

        Assert.Equal(printed, Engine.Prepare(printed).ToString());
    }
}

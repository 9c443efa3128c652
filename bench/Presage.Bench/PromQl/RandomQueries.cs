namespace Presage.Bench.PromQl;

/// <summary>
/// Random well-typed PromQL of the dialect that Debian's Prometheus knows, over the metrics of
/// <see cref="CompareServers"/>.
/// </summary>
sealed class RandomQueries(uint seed)
{
    // Left out is what Debian's Prometheus 2.42 does otherwise than 3.x: subqueries on the border of a step, names
    // behind atan2, predict_linear under @, topk of equal values, dates of NaN, spread of infinities.
    static readonly string[] Metrics = ["m", "n", "c_total", "m", "n", "c_total", "{__name__=~\"m|n\"}", "nothing"];

    static readonly string[] Matchers =
    [
        "a=\"1\"", "a!=\"1\"", "b=~\"x|y\"", "b!~\"x.*\"", "a=~\".+\"", "b=\"\"", "a=\"2\"", "z=\"\"", "b=~\"[xy]\"",
        "a=~\"1|\"", "b!=\"\"",
    ];

    static readonly string[] OverTime =
    [
        "rate", "increase", "delta", "irate", "idelta", "avg_over_time", "sum_over_time", "min_over_time",
        "max_over_time", "count_over_time", "last_over_time", "stddev_over_time", "stdvar_over_time", "changes",
        "resets", "deriv", "present_over_time", "absent_over_time",
    ];

    static readonly string[] Maps =
    [
        "abs({0})", "ceil({0})", "floor({0})", "exp({0})", "ln({0})", "log2({0})", "log10({0})", "sqrt({0})",
        "clamp({0}, 1, 3)", "clamp({0}, 3, 1)", "clamp_min({0}, 2)", "clamp_max({0}, 2)", "round({0})",
        "round({0}, 0.5)", "sgn({0})", "timestamp({0})", "hour(timestamp({0}))", "minute(timestamp({0}))",
        "day_of_week(timestamp({0}))", "day_of_year(timestamp({0}))", "month(timestamp({0}))",
        "absent({0})", "year(timestamp({0}))", "-{0}", "({0})",
        "sin({0})", "cos({0})", "atan({0})", "tanh({0})", "deg({0})", "rad({0})", "sort({0})", "sort_desc({0})",
        "label_replace({0}, \"b\", \"$1-x\", \"a\", \"(.*)\")", "label_replace({0}, \"c\", \"k\", \"a\", \"1\")",
        "label_join({0}, \"c\", \"-\", \"a\", \"b\")", "label_replace({0}, \"a\", \"\", \"a\", \"(.)\")",
        "vector(scalar({0}))",
    ];

    static readonly string[] Folds =
    [
        "sum", "avg", "min", "max", "count", "group", "quantile(0.3, ", "quantile(1.5, ",
        "quantile(NaN, ", "topk(0, ", "topk(20, ", "count_values(\"v\", ",
    ];

    static readonly string[] Groupings =
        ["", "", "by (a)", "by (b)", "without (a)", "by (a, b)", "without (b)", "by ()", "without ()", "by (__name__)"];

    static readonly string[] Arithmetic =
        ["+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=", "== bool", "> bool", "<= bool"];

    static readonly string[] Matchings =
        ["", "", "on (a)", "ignoring (b)", "on (a, b)", "on ()", "ignoring (a, b)", "on (a) group_left ()",
         "on (a) group_left (b)", "ignoring (b) group_right ()", "on (a, b) group_right (c)"];

    static readonly string[] Numbers = ["0", "1", "2", "-1", "0.5", "1e2", "Inf", "NaN", "3", "-Inf"];

    readonly BenchGenerator _random = new(seed);

    public string Vector(int depth) => depth == 0 ? Selector() : _random.Next(9) switch
    {
        0 => Selector(),
        1 or 2 => Call(depth - 1),
        3 => Aggregation(depth - 1),
        4 => Aggregation(depth - 1),
        5 => string.Format(null, Of(Maps), Vector(depth - 1)),
        6 => Histogram(depth - 1),
        7 => $"({Vector(depth - 1)}) {Of(Arithmetic)} ({Scalar(depth - 1)})",
        _ => Binary(depth - 1),
    };

    string Binary(int depth) => _random.Next(4) switch
    {
        0 => $"({Scalar(depth)}) {Of(Arithmetic)} ({Vector(depth)})",
        1 => $"({Vector(depth)}) {Of("and", "or", "unless")} {Of("", "on (a)", "ignoring (b)", "on ()")} "
            + $"({Vector(depth)})",
        _ => $"({Vector(depth)}) {Of(Arithmetic)} {Of(Matchings)} ({Vector(depth)})",
    };

    string Histogram(int depth) => $"histogram_quantile({Of("0.5", "0.9", "0", "1", "-1", "2", "NaN")}, "
        + Of("h_bucket", "rate(h_bucket[5m])", "sum by (le) (h_bucket)", "sum by (le, a) (rate(h_bucket[5m]))",
            Vector(depth)) + ")";

    string Scalar(int depth) => depth == 0 ? Of(Numbers) : _random.Next(5) switch
    {
        0 => "time()",
        1 => $"scalar({Vector(depth - 1)})",
        2 => $"({Scalar(depth - 1)}) {Of("+", "-", "*", "/", "%", "^", "atan2", "== bool", "< bool")} "
            + $"({Scalar(depth - 1)})",
        _ => Of(Numbers),
    };

    string Call(int depth) => _random.Next(7) switch
    {
        0 => $"quantile_over_time({Scalar(0)}, {Range(depth)})",
        1 => $"predict_linear(m[{Of("1m", "5m")}], {Scalar(0)})",
        _ => $"{Of(OverTime)}({Range(depth)})",
    };

    string Range(int depth) => depth == 0 || _random.Next(4) > 0
        ? Insert(Selector(), $"[{Of("1m", "2m30s", "5m", "10m", "37s")}]")
        : $"({Vector(depth - 1)})[{Of("5m", "10m", "20m")}:{Of("", "1m", "30s", "2m")}]{Shift()}";

    string Aggregation(int depth)
    {
        string fold = Of(Folds);
        return $"{fold}{(fold.Contains('(', StringComparison.Ordinal) ? "" : "(")}{Vector(depth)}) {Of(Groupings)}";
    }

    string Selector()
    {
        string name = Of(Metrics);
        string matchers = string.Join(", ", Enumerable.Range(0, _random.Next(3)).Select(_ => Of(Matchers)));
        string selector = name[0] == '{' ? matchers.Length == 0 ? name : $"{name[..^1]}, {matchers}}}"
            : matchers.Length == 0 ? name : $"{name}{{{matchers}}}";
        return selector + Shift();
    }

    /// <summary>Ranges stand before offset and @.</summary>
    static string Insert(string selector, string range)
    {
        int end = selector.IndexOf(' ', selector.LastIndexOf('}') + 1);
        return end < 0 ? selector + range : selector[..end] + range + selector[end..];
    }

    string Shift() => _random.Next(12) switch
    {
        0 => $" offset {Of("30s", "7m", "1h")}",
        1 => $" offset -{Of("30s", "3m")}",
        2 => $" @ {Of("start()", "end()", CompareServers.Pinned)}",
        3 => $" @ {CompareServers.Pinned} offset 2m",
        _ => "",
    };

    string Of(params string[] choices) => choices[_random.Next(choices.Length)];
}

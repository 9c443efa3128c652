using CsCheck;

namespace Presage.Tests.Query;

/// <summary>Generates well-typed PromQL over the metrics m, n, c_total and h_bucket with labels a, b, le.</summary>
static class QueryGen
{
    static readonly Gen<string> Blank = OneOf("", " ", "  ", "\n");

    static readonly Gen<string> Number = Gen.OneOf(
        Gen.Int[0, 5].Select(i => i.ToString()), OneOf("0.5", "1e2", "0x1F", ".25", "Inf", "NaN", "5m", "1_000"));

    static readonly Gen<string> Duration = OneOf("30s", "1m", "2m30s", "90", "5m", "10m");

    static readonly Gen<string> Matcher = OneOf(
        "a=\"1\"", "a!=\"1\"", "b=~\"x|y\"", "b!~\"x.*\"", "a=~\".+\"", "b=''", "\"a\"=`2`", "z=\"\\n\\\"\\\\\"");

    static readonly Gen<string> Shift = Gen.Frequency(
        (6, Gen.Const("")),
        (1, Duration.Select(d => $" offset {d}")),
        (1, Duration.Select(d => $" offset -{d}")),
        (1, Gen.Int[0, 900].Select(t => $" @ {t}")),
        (1, Duration.Select(d => $" @ 300.5 offset {d}")));

    static readonly Gen<string> Selector = Gen.Select(
        OneOf("m", "n", "c_total", "{\"m\"}", "nothing"), Matcher.List[0, 2], Gen.Bool).Select((name, matchers,
            comma) =>
            name == "{\"m\"}"
                ? "{\"m\"" + string.Concat(matchers.Select(x => ", " + x)) + "}"
                : matchers.Count == 0 ? name : name + "{" + string.Join(",", matchers) + (comma ? "," : "") + "}");

    static readonly Gen<string> Labels = OneOf("", "a", "b", "a, b", "\"b\"", "__name__");

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public static Gen<string> Vector(int depth) => depth <= 0
        ? Gen.Select(Selector, Shift).Select((s, m) => s + m)
        : Gen.Frequency(
            (3, Gen.Select(Selector, Shift).Select((s, m) => s + m)),
            (3, OverTime(depth - 1)),
            (3, Aggregation(depth - 1)),
            (3, Binary(depth - 1)),
            (2, Map(depth - 1)),
            (1, Vector(depth - 1).Select(v => $"({v})")),
            (1, Vector(depth - 1).Select(v => $"-{v}")),
            (1, Scalar(depth - 1).Select(s => $"vector({s})")),
            (1, Vector(depth - 1).Select(v => $"absent({v})")),
            (1, Vector(depth - 1).Select(v => $"label_replace({v}, \"b\", \"$1-x\", \"a\", \"(.*)\")")),
            (1, Scalar(depth - 1).Select(s => $"histogram_quantile({s}, h_bucket)")));

    public static Gen<string> Scalar(int depth) => depth <= 0
        ? Number
        : Gen.Frequency(
            (3, Number),
            (1, Gen.Const("time()")),
            (1, Vector(depth - 1).Select(v => $"scalar({v})")),
            (1, Gen.Select(Scalar(depth - 1), OneOf("+", "-", "*", "/", "%", "^", "atan2", "== bool", "< bool"),
                Scalar(depth - 1)).Select((l, op, r) => $"({l}) {op} ({r})")));

    public static Gen<string> Any(int depth) =>
        Gen.OneOf(Vector(depth), Scalar(depth), Range(depth), Gen.Const("\"text\\n\""));

    static Gen<string> Range(int depth) => Gen.OneOf(
        Gen.Select(Selector, Duration, Shift).Select((s, d, m) => $"{s}[{d}]{m}"),
        Gen.Select(Vector(depth - 1), Duration, Gen.OneOf(Gen.Const(""), Duration), Shift).Select(
            (v, d, step, m) => $"({v})[{d}:{step}]{m}"));

    static Gen<string> OverTime(int depth) => Gen.OneOf(
        Gen.Select(OneOf("rate", "increase", "delta", "irate", "idelta", "avg_over_time", "sum_over_time",
            "min_over_time", "max_over_time", "count_over_time", "last_over_time", "first_over_time",
                "stddev_over_time",
            "changes", "resets", "deriv", "present_over_time", "mad_over_time", "ts_of_max_over_time"), Range(depth))
            .Select((f, r) => $"{f}({r})"),
        Range(depth).Select(r => $"quantile_over_time(0.4, {r})"),
        Range(depth).Select(r => $"predict_linear({r}, 60)"));

    static Gen<string> Map(int depth) => Gen.Select(OneOf("abs({0})", "ceil({0})", "clamp({0}, 1, 3)",
        "round({0}, 0.5)", "sgn({0})", "timestamp({0})", "hour({0})", "sqrt({0})", "clamp_max({0}, 2)"), Vector(depth))
        .Select((f, v) => string.Format(f, v));

    static Gen<string> Aggregation(int depth) => Gen.Select(
        OneOf("sum", "avg", "MIN", "max", "count", "group", "stddev", "stdvar", "topk(2, {0})", "bottomk(1, {0})",
            "quantile(0.3, {0})", "count_values(\"v\", {0})", "limitk(1, {0})"),
        Gen.OneOf(Gen.Const(""), Labels.Select(l => $"by ({l})"), Labels.Select(l => $"without ({l})")),
        Gen.Bool,
        Vector(depth)).Select((op, grouping, before, v) =>
        {
            int open = op.IndexOf('(', StringComparison.Ordinal);
            string name = open < 0 ? op : op[..open];
            string arguments = open < 0 ? $"({v})" : string.Format(op[open..], v);
            return before && grouping.Length > 0 ? $"{name} {grouping} {arguments}" : $"{name}{arguments} {grouping}";
        });

    static Gen<string> Binary(int depth) => Gen.OneOf(
        Gen.Select(Vector(depth), OneOf("+", "-", "*", "/", "%", "^", "==", "!=", ">",
            "<= bool", "</", ">/", "and", "or",
            "unless"), OneOf("", "on(a)", "ignoring(b)", "on(a, b)"), Blank, Vector(depth))
            .Select((l, op, matching, blank, r) =>
                $"({l}) {op}{blank}{(matching.Length > 0 ? " " + matching : "")} ({r})"),
        Gen.Select(Vector(depth), OneOf("+", "*", "> bool"), OneOf(
            "on(a) group_left()", "on(a) group_left(b)", "ignoring(b) group_right()", "on(a) group_right(b)"),
                Vector(depth))
            .Select((l, op, matching, r) => $"({l}) {op} {matching} ({r})"),
        Gen.Select(Scalar(depth), OneOf("+", "-", "<", "== bool", "/"), Vector(depth))
            .Select((s, op, v) => $"({s}) {op} ({v})"),
        Gen.Select(Vector(depth), OneOf("*", ">=", "!= bool", "^"), Scalar(depth))
            .Select((v, op, s) => $"({v}) {op} ({s})"));
}

using System.Text;
using CsCheck;
using Presage.Query;
using Presage.Query.Parsing;
using Xunit;

namespace Presage.Tests.Query;

public sealed class ParserPropertyTests
{
    static readonly QueryLimits Limits = new();

    static readonly PromQlEngine Engine = new(Limits, QueryFeatures.All);

    [Fact]
    public void Parse_print_parse_is_the_identity() => QueryGen.Any(4).Sample(
        query =>
        {
            var tree = Parser.Parse(query, Limits, QueryFeatures.All);
            string printed = tree.ToString();
            var again = Parser.Parse(printed, Limits, QueryFeatures.All);
            return TreeText.Of(again) == TreeText.Of(tree) && again.ToString() == printed;
        },
        iter: 3000);

    [Fact]
    public void Spans_cover_exactly_the_text_of_their_node() => QueryGen.Vector(3).Sample(
        query =>
        {
            var tree = Parser.Parse(query, Limits, QueryFeatures.All);
            return query.Substring(tree.Span.Start, tree.Span.Length).Trim() == query.Trim();
        },
        iter: 1000);

    [Fact]
    public void Random_bytes_never_crash_the_parser() => Gen.Byte.Array[0, 200].Sample(
        bytes => IsParsedOrRefused(Encoding.Latin1.GetString(bytes)), iter: 5000);

    [Fact]
    public void Random_tokens_never_crash_the_parser() => QueryGen.OneOf(
        "sum", "rate", "foo", "by", "without", "on", "ignoring", "group_left", "bool", "offset", "@", "start()", "(",
            ")", "{",
        "}", "[", "]", ",", ":", "5m", "1", "\"x\"", "=", "=~", "!=", "+", "-", "*", "/", "^", "and", "or", "unless",
            "==",
        "anchored", "smoothed", "fill(1)", "#c\n", "\ud800", "step()",
        "inf", "</", ">/", "'", "`", "\\", "0x", "1e", "é",
            "\"\\xff\"")
        .List[0, 30].Sample(tokens => IsParsedOrRefused(string.Join(' ', tokens)), iter: 10000);

    [Fact]
    public void Mutated_queries_never_crash_the_parser() => Gen.Select(
        QueryGen.Any(3), Gen.Select(Gen.Int[0, 1000], Gen.Char, Gen.Int[0, 3]).List[1, 5]).Sample(
            (query, edits) =>
            {
                var text = new StringBuilder(query);
                foreach (var (place, c, kind) in edits)
                {
                    int at = text.Length == 0 ? 0 : place % text.Length;
                    _ = kind switch
                    {
                        0 => text.Insert(at, c),
                        1 when text.Length > 0 => text.Remove(at, 1),
                        2 when text.Length > 0 => text.Remove(at, text.Length - at),
                        _ => text.Append(text.ToString(0, at)),
                    };
                }

                return IsParsedOrRefused(text.ToString());
            },
            iter: 5000);

    static bool IsParsedOrRefused(string query)
    {
        try
        {
            string printed = Engine.Prepare(query).ToString();
            return Engine.Prepare(printed).ToString() == printed;
        }
        catch (PromQlException e)
        {
            return e.Position >= 0 && e.Position + e.Length <= query.Length && e.Message.Length < 2000;
        }
    }
}

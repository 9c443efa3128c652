namespace Presage.Query.Parsing;

/// <summary>Makes the exceptions of lexer, parser and type checker.</summary>
static class SyntaxError
{
    public static PromQlException At(string query, TextSpan span, string message) =>
        new($"{Position(query, span.Start)}: parse error: {message}", span.Start, span.Length);

    /// <summary>A position as <c>line:column</c>, both from 1.</summary>
    public static string Position(string query, int at)
    {
        int line = 1, lineStart = 0;
        for (int i = 0; i < at && i < query.Length; i++)
        {
            if (query[i] == '\n')
            {
                line++;
                lineStart = i + 1;
            }
        }

        return $"{line}:{at - lineStart + 1}";
    }
}

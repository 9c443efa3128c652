using System.Diagnostics;
using Presage.Query.Parsing;

namespace Presage.Query.Functions;

/// <summary>Texts as arguments; parentheses around them mean nothing.</summary>
static class TextArgument
{
    public static string Of(Expression expression) => Unwrap(expression) is TextLiteral text
        ? text.Value
        : throw new UnreachableException();

    public static Expression Unwrap(Expression expression)
    {
        while (expression is Parenthesized parenthesized)
        {
            expression = parenthesized.Inner;
        }

        return expression;
    }
}

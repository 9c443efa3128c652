using System.Diagnostics;

namespace Presage.Query.Parsing;

/// <summary>Holds every node to the types PromQL allows, with Prometheus' words.</summary>
sealed class TypeChecker(TokenReader tokens, QueryFeatures features)
{
    public static string NameOf(ValueKind kind) => kind switch
    {
        ValueKind.Scalar => "scalar",
        ValueKind.InstantVector => "instant vector",
        ValueKind.RangeVector => "range vector",
        ValueKind.Text => "string",
        _ => throw new UnreachableException(),
    };

    public void CheckUnary(Expression operand, TextSpan span)
    {
        if (operand.Kind is not (ValueKind.Scalar or ValueKind.InstantVector))
        {
            throw tokens.Error(span,
                "unary expression only allowed on expressions of type scalar or instant vector, got "
                + $"\"{NameOf(operand.Kind)}\"");
        }
    }

    public void CheckBinary(BinaryExpression binary, TextSpan sign)
    {
        var op = binary.Operator;
        var matching = binary.Matching;
        bool leftVector = binary.Left.Kind == ValueKind.InstantVector;
        bool rightVector = binary.Right.Kind == ValueKind.InstantVector;
        if (binary.ReturnBool && !op.IsComparison())
        {
            throw tokens.Error(sign, "bool modifier can only be used on comparison operators");
        }

        foreach (var side in (ReadOnlySpan<Expression>)[binary.Left, binary.Right])
        {
            if (side.Kind is not (ValueKind.Scalar or ValueKind.InstantVector))
            {
                throw tokens.Error(
                    side.Span, "binary expression must contain only scalar and instant vector types");
            }
        }

        if (op.IsComparison() && !binary.ReturnBool && !leftVector && !rightVector)
        {
            throw tokens.Error(sign, "comparisons between scalars must use BOOL modifier");
        }

        if (op.IsSet() && matching.Cardinality is MatchCardinality.OneToMany or MatchCardinality.ManyToOne)
        {
            throw tokens.Error(binary.Span, $"no grouping allowed for \"{op.Sign()}\" operation");
        }

        if (op.IsSet() && (matching.FillLeft ?? matching.FillRight) is not null)
        {
            throw tokens.Error(sign, "filling in missing series not allowed for set operators");
        }

        if (!leftVector || !rightVector)
        {
            CheckScalarSide(binary, sign);
        }

        if (matching.On && matching.Labels.FirstOrDefault(matching.Include.Contains) is { } twice)
        {
            throw tokens.Error(sign, $"label \"{twice}\" must not occur in ON and GROUP clause at once");
        }
    }

    public void CheckAggregation(Aggregator aggregator, List<Expression> arguments, TextSpan span)
    {
        if (aggregator is Aggregator.LimitK or Aggregator.LimitRatio
            && !features.HasFlag(QueryFeatures.ExperimentalFunctions))
        {
            throw tokens.Error(span, $"{Operators.NameOf(aggregator)}() is experimental and must be enabled");
        }

        int expected = Operators.TakesParameter(aggregator) ? 2 : 1;
        if (arguments.Count == 0)
        {
            throw tokens.Error(span, "no arguments for aggregate expression provided");
        }

        if (arguments.Count != expected)
        {
            throw tokens.Error(span, "wrong number of arguments for aggregate expression provided, expected "
                + $"{expected}, got {arguments.Count}");
        }

        Expect(arguments[^1], ValueKind.InstantVector, "aggregation expression");
        if (expected == 2)
        {
            var kind = aggregator == Aggregator.CountValues ? ValueKind.Text : ValueKind.Scalar;
            Expect(arguments[0], kind, "aggregation parameter");
        }
    }

    public void CheckCall(CallExpression call)
    {
        var function = call.Function;
        int most = function.Parameters.Count, given = call.Arguments.Count;
        int least = most - Math.Abs(function.Optional);
        string? bound = function.Optional switch
        {
            0 when given != most => $"{most}",
            _ when given < least => $"at least {least}",
            > 0 when given > most => $"at most {most}",
            _ => null,
        };
        if (bound is not null)
        {
            throw tokens.Error(call.Span, $"expected {bound} argument(s) in call to \"{function.Name}\", got {given}");
        }

        for (int i = 0; i < given; i++)
        {
            Expect(call.Arguments[i], function.Parameters[Math.Min(i, most - 1)],
                $"call to function \"{function.Name}\"");
        }

        if (function.Name == "info" && given == 2 && call.Arguments[1] is not VectorSelector { Name: null })
        {
            throw tokens.Error(call.Arguments[1].Span, "expected label selectors only");
        }
    }

    void CheckScalarSide(BinaryExpression binary, TextSpan sign)
    {
        var matching = binary.Matching;
        if (matching.Labels.Count > 0)
        {
            throw tokens.Error(binary.Span, "vector matching only allowed between instant vectors");
        }

        if ((matching.FillLeft ?? matching.FillRight) is not null)
        {
            throw tokens.Error(sign, "filling in missing series only allowed between instant vectors");
        }

        if (binary.Operator.IsSet())
        {
            throw tokens.Error(binary.Span,
                $"set operator \"{binary.Operator.Sign()}\" not allowed in binary scalar expression");
        }

        if (binary.Operator.IsTrim() && binary.Kind == ValueKind.Scalar)
        {
            throw tokens.Error(binary.Span,
                $"trim operator \"{binary.Operator.Sign()}\" not allowed in binary scalar expression");
        }
    }

    void Expect(Expression expression, ValueKind kind, string context)
    {
        if (expression.Kind != kind)
        {
            throw tokens.Error(
                expression.Span, $"expected type {NameOf(kind)} in {context}, got {NameOf(expression.Kind)}");
        }
    }
}

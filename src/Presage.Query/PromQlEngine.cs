using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Functions;
using Presage.Query.Parsing;
using Presage.Query.Planning;

namespace Presage.Query;

/// <summary>
/// Evaluates PromQL over a source of samples. An instant query is a range query of one step. Holds no state: one engine
/// serves all threads.
/// </summary>
public sealed class PromQlEngine(QueryLimits limits, QueryFeatures features)
{
    public PromQlEngine(QueryLimits limits)
        : this(limits, QueryFeatures.None)
    {
    }

    /// <summary>The limits it holds to.</summary>
    public QueryLimits Limits => limits;

    /// <summary>Parses and checks an expression.</summary>
    /// <exception cref="PromQlException">It is not PromQL, its types do not fit, or it passes a limit.</exception>
    public PreparedQuery Prepare(string text)
    {
        var expression = Parser.Parse(text, limits, features);
        try
        {
            return Plan(text, expression);
        }
        catch (PromQlExecutionException e)
        {
            // A text argument that is no regular expression or no label name.
            throw SyntaxError.At(text, expression.Span, e.Message);
        }
    }

    /// <summary>The syntax tree of a query as JSON, as Prometheus' <c>parse_query</c> gives it.</summary>
    /// <exception cref="PromQlException">It is not PromQL.</exception>
    public System.Text.Json.Nodes.JsonObject Describe(string text) =>
        SyntaxDescription.Of(Parser.Parse(text, limits, features));

    /// <summary>Parses a selector such as <c>up{job="node"}</c> into its matchers.</summary>
    /// <exception cref="PromQlException">The text is not an instant selector.</exception>
    public IReadOnlyList<LabelMatcher> ParseSelector(string text) => Parser.ParseSelector(text, limits).Matchers;

    /// <summary>Evaluates at one time, in ms since 1970 UTC.</summary>
    /// <exception cref="PromQlExecutionException">The data does not allow an answer, or a limit is passed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled: the caller's time-out.</exception>
    public QueryResult Instant(
        PreparedQuery query, long timestampMs, ISampleSource source, CancellationToken cancellationToken)
    {
        var run = new QueryRun(limits, features, query.Text, source, cancellationToken)
        {
            StartMs = timestampMs,
            EndMs = timestampMs,
            StepMs = 0,
        };
        var frame = new Frame(run, timestampMs, 1, 1);
        if (query.Scalar is not null)
        {
            double value = query.Scalar.Evaluate(frame)[0];
            return ResultBuilder.Result(run, QueryResultKind.Scalar, timestampMs, [], value, "");
        }

        if (query.Vector is not null)
        {
            var series = ResultBuilder.Vector(frame, query.Vector);
            return ResultBuilder.Result(run, QueryResultKind.Vector, timestampMs, series, 0, "");
        }

        if (query.Range is not null)
        {
            var series = ResultBuilder.Samples(frame, query.Range);
            return ResultBuilder.Result(run, QueryResultKind.Matrix, timestampMs, series, 0, "");
        }

        string text = TextArgument.Of(query.Expression);
        return ResultBuilder.Result(run, QueryResultKind.String, timestampMs, [], 0, text);
    }

    /// <summary>Evaluates at every step from start to end, both included, in ms since 1970 UTC.</summary>
    /// <exception cref="ArgumentException">
    /// The step is not positive, the end before the start, or there are too many steps.
    /// </exception>
    /// <exception cref="PromQlException">The expression is a range vector or a text.</exception>
    /// <exception cref="PromQlExecutionException">The data does not allow an answer, or a limit is passed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled: the caller's time-out.</exception>
    public QueryResult Range(
        PreparedQuery query,
        long startMs,
        long endMs,
        long stepMs,
        ISampleSource source,
        CancellationToken cancellationToken)
    {
        long steps = CountSteps(startMs, endMs, stepMs);
        if (query.Vector is null && query.Scalar is null)
        {
            string kind = TypeChecker.NameOf(query.Expression.Kind);
            throw SyntaxError.At(query.Text, query.Expression.Span,
                $"invalid expression type \"{kind}\" for range query, must be Scalar or instant Vector");
        }

        var run = new QueryRun(limits, features, query.Text, source, cancellationToken)
        {
            StartMs = startMs,
            EndMs = endMs,
            StepMs = stepMs,
            IsRange = true,
        };
        var frame = new Frame(run, startMs, stepMs, (int)steps);
        var series = query.Vector is not null
            ? ResultBuilder.Matrix(frame, query.Vector)
            : ResultBuilder.Matrix(frame, new ScalarVectorPlan(query.Scalar!));
        return ResultBuilder.Result(run, QueryResultKind.Matrix, endMs, series, 0, "");
    }

    PreparedQuery Plan(string text, Expression expression)
    {
        var planner = new Planner(features);
        return expression.Kind switch
        {
            ValueKind.Scalar => new PreparedQuery(text, expression, null, planner.Scalar(expression), null),
            ValueKind.InstantVector => new PreparedQuery(text, expression, planner.Vector(expression), null, null)
            {
                TakesRatesBetweenSamples = planner.TakesRatesBetweenSamples,
            },
            ValueKind.RangeVector => new PreparedQuery(text, expression, null, null, planner.Range(expression)),
            _ => new PreparedQuery(text, expression, null, null, null),
        };
    }

    long CountSteps(long startMs, long endMs, long stepMs)
    {
        if (stepMs <= 0)
        {
            throw new ArgumentException("zero or negative query resolution step widths are not accepted. "
                + "Try a positive integer", nameof(stepMs));
        }

        if (endMs < startMs)
        {
            throw new ArgumentException("end timestamp must not be before start time", nameof(endMs));
        }

        long steps = (long)Int128.Min((((Int128)endMs - startMs) / stepMs) + 1, long.MaxValue);
        return steps <= limits.PointsPerSeriesMax && steps > 0
            ? steps
            : throw new ArgumentException($"exceeded maximum resolution of {limits.PointsPerSeriesMax:N0} points per "
                + "timeseries. Try decreasing the query resolution (?step=XX)", nameof(stepMs));
    }
}

using System.Collections.Concurrent;
using Presage.Alerting.Rules;
using Presage.Metrics;
using Presage.Query;

namespace Presage.Notifying;

/// <summary>Answers the rules' expressions from a source of samples; each expression is parsed once.</summary>
sealed class RuleQueries(PromQlEngine engine, ISampleSource source)
{
    /// <summary>
    /// Rules have one or two expressions each; more than this means that something makes up new ones.
    /// </summary>
    const int PreparedMax = 1000;

    readonly ConcurrentDictionary<string, PreparedQuery> _prepared = new();

    /// <inheritdoc cref="RuleQuery"/>
    /// <exception cref="PromQlException">The expression is not PromQL.</exception>
    /// <exception cref="PromQlExecutionException">The data does not allow an answer.</exception>
    /// <exception cref="InvalidOperationException">The expression gives no instant vector.</exception>
    public IReadOnlyList<RuleSample> Instant(string expression, long timestampMs, CancellationToken cancellationToken)
    {
        if (_prepared.Count > PreparedMax)
        {
            _prepared.Clear();
        }

        var prepared = _prepared.GetOrAdd(expression, engine.Prepare);
        var result = engine.Instant(prepared, timestampMs, source, cancellationToken);
        return result.Kind == QueryResultKind.Vector
            ? [.. result.Series.Select(static series => new RuleSample(series.Labels, series.Value))]
            : throw new InvalidOperationException(
                $"A rule needs an instant vector; \"{expression}\" gives a {result.Kind}.");
    }
}

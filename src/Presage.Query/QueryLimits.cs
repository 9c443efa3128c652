namespace Presage.Query;

/// <summary>What one query may cost. The defaults are those of Prometheus where it has the limit.</summary>
public sealed class QueryLimits
{
    /// <summary>Points held in memory at one moment (8 bytes each, a range's samples twice that): 50 million.</summary>
    public long SamplesMax { get; init; } = 50_000_000;

    /// <summary>Points of one series of a range query: 11,000.</summary>
    public int PointsPerSeriesMax { get; init; } = 11_000;

    /// <summary>Characters of a query: 100,000.</summary>
    public int QueryLengthMax { get; init; } = 100_000;

    /// <summary>Nesting of parentheses, calls and operators: 200, so that no query can exhaust the stack.</summary>
    public int NestingDepthMax { get; init; } = 200;

    /// <summary>
    /// Threads one query may use: as many as there are processors. One spends the least, for queries nobody waits for.
    /// </summary>
    public int ThreadsMax { get; init; } = Environment.ProcessorCount;

    /// <summary>How long an instant selector looks back for a sample: 5 minutes.</summary>
    public TimeSpan Lookback { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The step of a subquery that names none: 1 minute.</summary>
    public TimeSpan SubqueryStep { get; init; } = TimeSpan.FromMinutes(1);
}

namespace Presage.Query;

/// <summary>What a query answers.</summary>
public sealed class QueryResult
{
    internal QueryResult()
    {
    }

    public QueryResultKind Kind { get; internal init; }

    /// <summary>The evaluation time of an instant query, the end of a range query; ms since 1970 UTC.</summary>
    public long TimestampMs { get; internal init; }

    /// <summary>The series of a vector or matrix; sorted by labels unless the query asked for another order.</summary>
    public IReadOnlyList<QuerySeries> Series { get; internal init; } = [];

    /// <summary>The number of a <see cref="QueryResultKind.Scalar"/>.</summary>
    public double Scalar { get; internal init; }

    /// <summary>The text of a <see cref="QueryResultKind.String"/>.</summary>
    public string Text { get; internal init; } = "";

    /// <summary>Doubts about the result, each ending in the position <c>(line:column)</c> it is about.</summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

    /// <summary>Remarks that need no action, in the same form.</summary>
    public IReadOnlyList<string> Infos { get; internal init; } = [];

    public QueryStatistics Statistics { get; internal init; }

    /// <summary>The same with further remarks.</summary>
    public QueryResult With(IReadOnlyList<string> infos) => infos.Count == 0 ? this : new QueryResult
    {
        Kind = Kind,
        TimestampMs = TimestampMs,
        Series = Series,
        Scalar = Scalar,
        Text = Text,
        Warnings = Warnings,
        Infos = [.. Infos, .. infos],
        Statistics = Statistics,
    };
}

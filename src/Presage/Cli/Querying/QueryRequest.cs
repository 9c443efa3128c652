namespace Presage.Cli.Querying;

/// <summary>What to ask a server; with start, end and step a range.</summary>
sealed record QueryRequest(string Query, string? Time, string? Start, string? End, string? Step)
{
    public bool IsRange => Start is not null;
}

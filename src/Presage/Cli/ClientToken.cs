namespace Presage.Cli;

/// <summary>The API token a verb shows to a server: of its flag, else of the environment.</summary>
static class ClientToken
{
    const string Variable = "PRESAGE_TOKEN";

    /// <summary>What the flag's description says.</summary>
    public const string Elsewhere = "the variable " + Variable + " when left out";

    /// <param name="given">What the flag says.</param>
    /// <param name="formerVariable">The variable this verb read before all read the same; it goes first still.</param>
    public static string? Of(string? given, string? formerVariable = null) =>
        given
        ?? (formerVariable is null ? null : Environment.GetEnvironmentVariable(formerVariable))
        ?? Environment.GetEnvironmentVariable(Variable);
}

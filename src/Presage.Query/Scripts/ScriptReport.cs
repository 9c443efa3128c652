namespace Presage.Query.Scripts;

/// <summary>What came of a script.</summary>
/// <param name="File">The script's name.</param>
/// <param name="Passed">Evaluations that gave what was expected.</param>
/// <param name="Failures">The others, in the script's order.</param>
public sealed record ScriptReport(string File, int Passed, IReadOnlyList<ScriptFailure> Failures)
{
    public int Failed => Failures.Count;
}

namespace Presage.Query.Scripts;

/// <summary>One evaluation of a script that did not give what the script expects.</summary>
/// <param name="File">The script's name.</param>
/// <param name="Line">The line of the <c>eval</c>, from 1.</param>
/// <param name="Command">The <c>eval</c> line.</param>
/// <param name="Message">What was expected and what came.</param>
public sealed record ScriptFailure(string File, int Line, string Command, string Message);

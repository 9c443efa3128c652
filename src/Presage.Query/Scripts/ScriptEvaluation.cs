using System.Text.RegularExpressions;

namespace Presage.Query.Scripts;

/// <summary>A line of an evaluation that expects an annotation or an error.</summary>
/// <param name="Kind"><c>fail</c>, <c>warn</c>, <c>info</c>, <c>no_warn</c>, <c>no_info</c>.</param>
/// <param name="Text">The exact text, or null.</param>
/// <param name="Pattern">A regular expression it must match, or null.</param>
sealed record Expectation(string Kind, string? Text, string? Pattern)
{
    public bool Accepts(string message)
    {
        if (Text is not null)
        {
            return message == Text;
        }

        return Pattern is null || Regex.IsMatch(message, Pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
    }
}

/// <summary>One <c>eval</c> command with what it expects.</summary>
sealed class ScriptEvaluation
{
    public required int Line { get; init; }

    public required string Command { get; init; }

    public required string Query { get; init; }

    public required bool IsRange { get; init; }

    public required long StartMs { get; init; }

    public required long EndMs { get; init; }

    public required long StepMs { get; init; }

    public bool Ordered { get; set; }

    public List<Expectation> Expectations { get; } = [];

    public List<SeriesLine> Series { get; } = [];

    public double? Scalar { get; set; }

    public string? Text { get; set; }

    /// <summary>Where the samples of an expected range vector lie: start, end, step in ms.</summary>
    public (long StartMs, long EndMs, long StepMs)? RangeVector { get; set; }
}

namespace Presage.Cli.Querying;

/// <summary>What a server said.</summary>
/// <param name="Json">The answer as it came.</param>
/// <param name="Error">What went wrong; null when nothing did.</param>
/// <param name="Remarks">Warnings and infos.</param>
/// <param name="Series">The series, or one without labels for a scalar or a text.</param>
sealed record ServerAnswer(
    string Json, string? Error, IReadOnlyList<string> Remarks, IReadOnlyList<AnswerSeries> Series);

/// <param name="Labels">The labels, the metric's name included.</param>
/// <param name="Points">Seconds since 1970 and the value as text.</param>
sealed record AnswerSeries(
    IReadOnlyDictionary<string, string> Labels, IReadOnlyList<(double Seconds, string Value)> Points)
{
    /// <summary>The series as PromQL writes it.</summary>
    public string Name
    {
        get
        {
            string metric = Labels.GetValueOrDefault("__name__", "");
            var others = Labels.Where(static l => l.Key != "__name__");
            string rest = string.Join(", ", others.Select(static l => $"{l.Key}=\"{l.Value}\""));
            return rest.Length > 0 ? $"{metric}{{{rest}}}" : metric.Length > 0 ? metric : "{}";
        }
    }
}

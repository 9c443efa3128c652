namespace Presage.Alerting.Rules;

/// <summary>
/// A condition that is watched for every host at once. <see cref="Query"/> gives one value per instance (host, or
/// host and mount point, …) whether or not anything is wrong; the comparison decides. Keeping the comparison out of
/// the query lets the dashboard draw the threshold and lets an alert say its value when it ends.
/// </summary>
public sealed record AlertRule
{
    /// <summary>Stable and short, for URLs and storage: lower-case words joined by hyphens.</summary>
    public required string Id { get; init; }

    /// <summary>The rule in words, without a host: "CPU saturated".</summary>
    public required string Name { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>PromQL whose instant vector holds the value of every instance.</summary>
    public required string Query { get; init; }

    /// <summary>
    /// PromQL naming instances that are exempt right now, or null: a nearly full disk of 20 TB still has room. An
    /// instance is exempt when a series of the result has its host and agrees on all labels the two share.
    /// </summary>
    public string? Unless { get; init; }

    public required Comparison Comparison { get; init; }

    /// <summary>In the unit of <see cref="Unit"/>; a value beyond it is bad.</summary>
    public required double Threshold { get; init; }

    /// <summary>
    /// A firing alert ends only when its value is back behind this bound; equal to <see cref="Threshold"/> or on its
    /// good side, so that a value that wavers around the threshold makes one alert.
    /// </summary>
    public required double ClearThreshold { get; init; }

    /// <summary>ratio, bytes, bytes/s, seconds, count, 1/s, 1/week, tasks, celsius, or empty.</summary>
    public string Unit { get; init; } = "";

    /// <summary>How long the value must be bad without a break before the alert fires; zero fires at once.</summary>
    public TimeSpan For { get; init; }

    /// <summary>How long a firing alert stays after its value is good again; zero ends it at once.</summary>
    public TimeSpan KeepFiringFor { get; init; }

    /// <summary>What is said while it is pending or firing; see <see cref="Sentences"/> for the fields.</summary>
    public required string Sentence { get; init; }

    /// <summary>What is said of several instances of one host together; null lists the single sentences.</summary>
    public string? SentenceForMany { get; init; }

    /// <summary>What is said when it ended.</summary>
    public required string ResolvedSentence { get; init; }

    /// <summary>The vital sign watched, for the link to its chart; null when the rule watches none.</summary>
    public string? Vital { get; init; }

    /// <summary>
    /// Whether this rule tells that a host is silent. Values of a silent host in other rules count as missing: they are
    /// the last ones before the silence, not news.
    /// </summary>
    public bool TellsSilence { get; init; }

    /// <summary>
    /// Whether this is a rule of kind "anomaly": <c>{explanation}</c> in its sentence is what the watcher says about
    /// the host at that moment: about its twins where the query is about those.
    /// </summary>
    public bool Explains { get; init; }

    /// <summary>Whether it is on unless somebody switches it.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Whether an instance with this value is bad.</summary>
    public bool IsBad(double value) => Comparison.Holds(value, Threshold);

    /// <summary>Whether a firing instance with this value is still bad.</summary>
    public bool IsStillBad(double value) => Comparison.Holds(value, ClearThreshold) || IsBad(value);
}

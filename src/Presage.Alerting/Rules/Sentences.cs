using System.Text;
using Presage.Metrics;

namespace Presage.Alerting.Rules;

/// <summary>
/// Fills a rule's sentence templates. Fields: <c>{host}</c>, <c>{value}</c>, <c>{threshold}</c>, <c>{clear}</c> (with
/// unit), <c>{duration}</c> (since the value turned bad), <c>{for}</c>, <c>{count}</c> and <c>{list}</c> (of several
/// instances), <c>{explanation}</c> (of an anomaly), and any label by its name, <c>{mountpoint}</c>.
/// A field without a value is left out. Braces are not escaped: no sentence needs them.
/// </summary>
public static class Sentences
{
    const int ListMax = 5;

    /// <summary>The field names a template may use besides labels.</summary>
    public static IReadOnlyList<string> Fields { get; } =
        ["host", "value", "threshold", "clear", "duration", "for", "count", "list", "explanation"];

    /// <summary>"web1: CPU is 99 % busy for 5 min; threshold 95 %."</summary>
    public static string Firing(
        AlertRule rule, LabelSet labels, double value, TimeSpan duration, string? explanation = null) =>
        Explained(rule.Sentence, rule, labels, value, duration, explanation);

    /// <summary>The same with what is still missing: "… It alerts when this has lasted 5 min."</summary>
    public static string Pending(
        AlertRule rule, LabelSet labels, double value, TimeSpan duration, string? explanation = null) =>
        Firing(rule, labels, value, duration, explanation) +
        $" It alerts when this has lasted {NumberText.Duration(rule.For)}.";

    /// <summary>
    /// "web1: CPU is 40 % busy again after 12 min above 95 %."; says so when it ended for want of data.
    /// </summary>
    /// <param name="explanation">What it was, where the rule explains and that is over.</param>
    public static string Resolved(
        AlertRule rule,
        LabelSet labels,
        double value,
        TimeSpan duration,
        EndReason reason,
        string? explanation = null)
    {
        string subject = $"{HostNames.Of(labels)}: {rule.Name}{Where(labels)}";
        string ended = $"{subject} ended after {NumberText.Duration(duration)}";
        return reason switch
        {
            EndReason.NoData => $"{ended} without a value: none for {NumberText.Duration(RuleEvaluation.MissingMax)}.",
            EndReason.RuleOff => $"{ended}; its rule was switched off.",
            _ => Explained(rule.ResolvedSentence, rule, labels, value, duration, explanation),
        };
    }

    /// <summary>One sentence for several instances of one host.</summary>
    public static string FiringMany(
        AlertRule rule, string host, IReadOnlyList<(LabelSet Labels, double Value)> instances, TimeSpan duration)
    {
        var shown = instances.Take(ListMax)
            .Select(each => $"{Subject(each.Labels)} {NumberText.Format(each.Value, rule.Unit)}".TrimStart());
        string list = string.Join(", ", shown);
        list = instances.Count > ListMax ? $"{list} and {instances.Count - ListMax} more" : list;
        string template = rule.SentenceForMany ??
            "{host}: " + rule.Name + ": {list} for {duration}; threshold {threshold}.";
        template = template.Replace("{list}", list, StringComparison.Ordinal)
            .Replace("{count}", instances.Count.ToString(), StringComparison.Ordinal);
        return Fill(template, rule, LabelSet.Of(new Label(LabelNames.Host, host)), instances[0].Value, duration);
    }

    /// <summary>Replaces the fields of a template.</summary>
    public static string Fill(string template, AlertRule rule, LabelSet labels, double value, TimeSpan duration)
    {
        // Nothing has lasted yet: "is 99 % busy for 0 s" says less than "is 99 % busy".
        template = duration < TimeSpan.FromSeconds(1)
            ? template.Replace(" for {duration}", "", StringComparison.Ordinal)
            : template;
        var text = new StringBuilder(template.Length + 32);
        int at = 0;
        while (at < template.Length)
        {
            int open = template.IndexOf('{', at);
            int close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            text.Append(template, at, open - at);
            text.Append(Field(template[(open + 1)..close], rule, labels, value, duration));
            at = close + 1;
        }

        return text.Append(template, at, template.Length - at).ToString();
    }

    /// <summary>What explains is text, no template: series in it have braces.</summary>
    static string Explained(
        string template, AlertRule rule, LabelSet labels, double value, TimeSpan duration, string? explanation) =>
        string.Join(
            explanation,
            template.Split("{explanation}").Select(part => Fill(part, rule, labels, value, duration))).TrimEnd();

    /// <summary>What tells this instance from others of its host: "/var", "sda"; empty when nothing does.</summary>
    public static string Subject(LabelSet labels)
    {
        var values = new List<string>();
        foreach (ref readonly var label in labels.Labels)
        {
            if (!NamesHost(label.Name))
            {
                values.Add(label.Value);
            }
        }

        return string.Join(' ', values);
    }

    static bool NamesHost(string label) =>
        label is LabelNames.Host or LabelNames.Instance or LabelNames.Job or LabelNames.MetricName or "vital";

    static string Where(LabelSet labels) => Subject(labels) is { Length: > 0 } subject ? $" on {subject}" : "";

    static string Field(string name, AlertRule rule, LabelSet labels, double value, TimeSpan duration) => name switch
    {
        "host" => HostNames.Of(labels),
        "value" => NumberText.Format(value, rule.Unit),
        "threshold" => NumberText.Format(rule.Threshold, rule.Unit),
        "clear" => NumberText.Format(rule.ClearThreshold, rule.Unit),
        "duration" => NumberText.Duration(duration),
        "for" => NumberText.Duration(rule.For),
        _ => labels[name],
    };
}

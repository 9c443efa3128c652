using Presage.Detection;
using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Watching;

namespace Presage.Explaining;

/// <summary>
/// What changed in one sentence: "node_disk_written_bytes_total of sda rose from 1.2 MiB/s to 96 MiB/s at 14:02 on
/// web1 and 2 other hosts."
/// </summary>
static class ChangeSentence
{
    /// <summary>Labels that tell where samples come from rather than what they are about.</summary>
    static readonly string[] Origins = [LabelNames.MetricName, LabelNames.Host, LabelNames.Instance, LabelNames.Job];

    public static string Of(ChangeGroup group, string unit, string family, long sinceMs)
    {
        var leader = group.Leader;
        var change = leader.Change;
        string subject = SubjectOf(leader);
        string before = Text(change.Before), after = Text(change.After);
        string at = SentenceTimes.Of(sinceMs);
        string told = change.Kind switch
        {
            ChangeKind.Rose => $"{subject} rose from {before} to {after} at {at}",
            ChangeKind.Fell => $"{subject} fell from {before} to {after} at {at}",
            ChangeKind.Climbs => $"{subject} has been climbing since {at}: {before} before, {after} in the window",
            ChangeKind.Sinks => $"{subject} has been sinking since {at}: {before} before, {after} in the window",
            ChangeKind.Peak => $"{subject} {(change.After >= change.Before ? "peaked" : "dipped")} at {after} " +
                $"at {at}, usually {before}",
            ChangeKind.Rougher => $"{subject} has been moving {Times(change.Effect)} times as much since {at}",
            ChangeKind.Calmer => $"{subject} has been moving {Times(change.Effect)} times less since {at}",
            ChangeKind.Appeared => $"{subject} appeared at {at}",
            ChangeKind.Stopped => $"{subject} stopped coming at {at}",
            _ => subject,
        };
        return $"{told}{(leader.Host.Length == 0 ? "" : $" on {leader.Host}")}{Others(group)}.";

        string Text(double value) => double.IsNaN(value) ? "nothing" : Quantity.Format(value, unit, family);
    }

    /// <summary>"Write latency on sda", or the metric with what tells it from others of its name.</summary>
    public static string SubjectOf(SeriesFinding finding)
    {
        if (MetricUnits.VitalOf(finding) is { } vital)
        {
            string per = vital.Per is null ? "" : finding.Source.Labels[vital.Per];
            return UnusualSentence.NameOf(vital, per.Length == 0 ? null : per);
        }

        var own = new List<string>();
        foreach (ref readonly var label in finding.Source.Labels.Labels)
        {
            if (!Origins.Contains(label.Name))
            {
                own.Add(label.Value);
            }
        }

        string metric = finding.IsRate ? $"The rate of {finding.Metric}" : finding.Metric;
        return own.Count is 0 or > 3 ? metric : $"{metric} ({string.Join(", ", own)})";
    }

    static string Others(ChangeGroup group)
    {
        int hosts = group.Hosts.Count - 1, copies = group.Copies.Count;
        return (hosts, copies) switch
        {
            (0, 0) => "",
            (0, 1) => " and so did one like it",
            (0, _) => $" and so did {copies} like it",
            (1, _) => " and on one more host",
            _ => $" and on {hosts} more hosts",
        };
    }

    static string Times(double ratio) => ratio >= 100 ? "over 100" : ratio.ToString(ratio >= 10 ? "0" : "0.#");
}

using System.Diagnostics;
using Presage.Api;
using Presage.Detection;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Explaining;

/// <summary>Answers what changed in a window. One question at a time: it uses all cores.</summary>
sealed class ChangeDesk(SampleStore store, ReaderClock reader) : IDisposable
{
    const int HostsShownMax = 50;
    const int AlikeShownMax = 20;

    /// <summary>One false one in twenty.</summary>
    const double FalseShareMax = 0.05;

    readonly SemaphoreSlim _one = new(1);

    /// <param name="hosts">Those to look at; all when empty.</param>
    public async Task<ChangeList> AskAsync(
        ComparedWindow window,
        IReadOnlyList<string> hosts,
        IReadOnlyList<LabelMatcher> matchers,
        int limit,
        CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return Answer(window, hosts, matchers, limit, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    ChangeList Answer(
        ComparedWindow window,
        IReadOnlyList<string> hosts,
        IReadOnlyList<LabelMatcher> matchers,
        int limit,
        CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        IEnumerable<ISampleSource> sources = hosts.Count == 0 ? [store] : hosts.Distinct().Select(store.ForHost);
        var (ranked, compared, earlier) = ChangeSearch.Run(sources, matchers, window, cancellationToken);
        var silent = ChangeGroups.Silent(ranked);
        var told = silent.Count == 0 ? ranked : ranked.FindAll(finding => !silent.Contains(finding.Host));
        var items = ChangeGroups.Of(told, window, limit)
            .Select(one => Shown(one.Group, one.Shape, window)).ToList();
        return new ChangeList(
            window.FromMs,
            window.ToMs,
            window.BaselineFromMs,
            compared,
            earlier < ChanceScale.WindowsMin ? null
                : ranked.Count(static finding => finding.FalseShare <= FalseShareMax),
            earlier,
            Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 1),
            [.. silent.Order(StringComparer.Ordinal)],
            items);
    }

    ChangeItem Shown(ChangeGroup group, double[] shape, ComparedWindow window)
    {
        var leader = group.Leader;
        var change = leader.Change;
        var vital = MetricUnits.VitalOf(leader);
        string unit = vital?.Unit ?? MetricUnits.Of(leader.Metric, leader.IsRate), family = vital?.Family ?? "";
        var (windows, asOdd) = change.Kind is ChangeKind.Appeared or ChangeKind.Stopped
            ? (0, 0)
            : ChangeHistory.Of(leader, window);
        long sinceMs = RegimeSearch.SinceMs(leader, window);
        return new ChangeItem(
            leader.Host,
            leader.Metric,
            ChangeSentence.SubjectOf(leader),
            reader.Read(ChangeSentence.Of(group, unit, family, sinceMs)),
            Labels(leader.Source.Labels),
            leader.IsRate ? $"rate({leader.Source.Labels}[{RateWindow(window)}])" : leader.Source.Labels.ToString(),
            change.Kind,
            sinceMs,
            Finite(change.Before),
            Finite(change.After),
            unit,
            family,
            leader.IsRate,
            leader.Chance,
            leader.FalseShare,
            windows,
            asOdd,
            change.Effect,
            change.Strength,
            group.Copies.Count,
            [.. group.Hosts.Take(HostsShownMax)],
            group.Hosts.Count,
            [.. group.Alike.Select(static one => one.Metric).Distinct().Take(AlikeShownMax)],
            [.. shape.Select(Finite)]);
    }

    static double? Finite(double value) => double.IsFinite(value) ? value : null;

    static Dictionary<string, string> Labels(LabelSet labels)
    {
        var shown = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ref readonly var label in labels.Without(LabelNames.MetricName, LabelNames.Host).Labels)
        {
            shown[label.Name] = label.Value;
        }

        return shown;
    }

    static string RateWindow(ComparedWindow window) => $"{Math.Max(60, (int)(2 * window.SpanMs / 1_000))}s";
}

namespace Presage.Collection;

/// <summary>
/// Decides which names of processes have series: those among the first by CPU or by memory. A name that is shown stays
/// until it was not even among twice as many for ten minutes, so that names near the border do not come and go (each
/// would be a new series).
/// </summary>
sealed class ProcessSelection(int topMax)
{
    /// <summary>Less than a thousandth of the machine is nobody's concern.</summary>
    const double CpuRatioMin = 0.001;

    static readonly TimeSpan StayFor = TimeSpan.FromMinutes(10);

    readonly int _shownMax = topMax * 4;

    /// <summary>Names shown at most, those on their way out included.</summary>
    public int ShownMax => _shownMax;

    /// <summary>
    /// Sets <see cref="ProcessGroup.IsShown"/> and adds those that left to a list. Reorders the groups.
    /// </summary>
    public void Select(List<ProcessGroup> groups, long nowMs, List<ProcessGroup> left)
    {
        groups.Sort(static (a, b) => b.CpuRank.CompareTo(a.CpuRank));
        Mark(groups, nowMs, static group => group.CpuRank >= CpuRatioMin);
        groups.Sort(static (a, b) => b.ResidentPages.CompareTo(a.ResidentPages));
        Mark(groups, nowMs, static group => group.ResidentPages > 0);
        foreach (var group in groups)
        {
            if (group.IsShown && nowMs - group.LastAmongTopMs > StayFor.TotalMilliseconds)
            {
                Hide(group, left);
            }
        }

        EvictOverMax(groups, left);
    }

    void Mark(List<ProcessGroup> groups, long nowMs, Predicate<ProcessGroup> counts)
    {
        for (int i = 0; i < groups.Count && i < topMax * 2 && counts(groups[i]); i++)
        {
            groups[i].IsShown |= i < topMax;
            groups[i].LastAmongTopMs = groups[i].IsShown ? nowMs : groups[i].LastAmongTopMs;
        }
    }

    void EvictOverMax(List<ProcessGroup> groups, List<ProcessGroup> left)
    {
        int shown = 0;
        foreach (var group in groups)
        {
            shown += group.IsShown ? 1 : 0;
        }

        for (; shown > _shownMax; shown--)
        {
            ProcessGroup? oldest = null;
            foreach (var group in groups)
            {
                oldest = group.IsShown && (oldest is null || group.LastAmongTopMs < oldest.LastAmongTopMs) ? group
                    : oldest;
            }

            Hide(oldest!, left);
        }
    }

    static void Hide(ProcessGroup group, List<ProcessGroup> left)
    {
        group.IsShown = false;
        left.Add(group);
    }
}

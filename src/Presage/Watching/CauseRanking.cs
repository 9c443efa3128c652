namespace Presage.Watching;

/// <summary>
/// The order in which causes are named. Vital signs of one family move together, so the second of a family says less
/// than the first of another: a fault that loads the CPU and fills the memory names both before it names the CPU four
/// times.
/// </summary>
static class CauseRanking
{
    /// <summary>What each further one of a family counts, of the one before.</summary>
    const double FurtherShare = 0.7;

    public static IReadOnlyList<AnomalyCause> Of(IEnumerable<AnomalyCause> causes, int countMax)
    {
        var left = causes.OrderByDescending(static cause => cause.Strength).ToList();
        var ranked = new List<AnomalyCause>(Math.Min(countMax, left.Count));
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        while (ranked.Count < countMax && left.Count > 0)
        {
            var next = left.MaxBy(cause => cause.Strength * weights.GetValueOrDefault(cause.Family, 1))!;
            left.Remove(next);
            ranked.Add(next);
            weights[next.Family] = FurtherShare * weights.GetValueOrDefault(next.Family, 1);
        }

        return ranked;
    }
}

using Presage.Metrics.Vitals;
using Presage.Query;

namespace Presage.Watching;

/// <summary>
/// The catalogue's queries, prepared once per cadence class and shared by all hosts. Cadences are rounded up to a few
/// classes, so a cadence that wanders does not fill memory with plans. Used by the watcher's loop alone.
/// </summary>
sealed class VitalPlans(VitalCatalogue catalogue, PromQlEngine engine)
{
    static readonly int[] Classes = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600];

    /// <summary>Collectors that rest between their turns rest 15 s at the most.</summary>
    static readonly TimeSpan LookbackMin = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Prometheus' rates are carried on to the borders of their windows, by a guess where samples are not evenly
    /// spaced: at a change of the cadence or a lost scrape a busy CPU would be seen on an idle machine.
    /// </summary>
    readonly PromQlEngine _preparing = new(engine.Limits, QueryFeatures.RatesBetweenSamples);
    readonly Dictionary<int, IReadOnlyList<VitalPlan>> _byClass = [];
    readonly Dictionary<int, PromQlEngine> _engines = [];

    /// <summary>The plans for a host whose samples arrive at this cadence, in the catalogue's order.</summary>
    public IReadOnlyList<VitalPlan> For(TimeSpan cadence)
    {
        int seconds = ClassOf(cadence);
        if (!_byClass.TryGetValue(seconds, out var plans))
        {
            plans = Prepare(TimeSpan.FromSeconds(seconds));
            _byClass.Add(seconds, plans);
        }

        return plans;
    }

    /// <summary>
    /// The engine for such a host. It looks back four cadences only, not PromQL's five minutes: the time a host was
    /// down is a gap, not a flat line of its last values.
    /// </summary>
    public PromQlEngine EngineFor(TimeSpan cadence)
    {
        int seconds = ClassOf(cadence);
        if (!_engines.TryGetValue(seconds, out var lookingBack))
        {
            var four = TimeSpan.FromSeconds(4 * seconds);
            lookingBack = new PromQlEngine(
                new QueryLimits { Lookback = four > LookbackMin ? four : LookbackMin, ThreadsMax = 1 });
            _engines.Add(seconds, lookingBack);
        }

        return lookingBack;
    }

    static int ClassOf(TimeSpan cadence)
    {
        // A tenth above a class still belongs to it: rate windows hold three cadences and more.
        foreach (int seconds in Classes)
        {
            if (cadence.TotalSeconds <= seconds * 1.1)
            {
                return seconds;
            }
        }

        return Classes[^1];
    }

    List<VitalPlan> Prepare(TimeSpan cadence)
    {
        var plans = new List<VitalPlan>(catalogue.Vitals.Count);
        foreach (var vital in catalogue.Vitals)
        {
            if (vital.ValueQuery(VitalSign.NodeSource, cadence) is { } value)
            {
                string? capacity = vital.CapacityQuery(VitalSign.NodeSource, cadence);
                var prepared = capacity is null ? null : _preparing.Prepare(capacity);
                plans.Add(new VitalPlan(vital, _preparing.Prepare(value), prepared));
            }
        }

        return plans;
    }
}

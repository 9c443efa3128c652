using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Query;

namespace Presage.Watching;

/// <summary>
/// The prepared queries of one vital sign for one cadence, shared by all hosts. Used by the watcher's loop alone.
/// </summary>
sealed class VitalPlan(VitalSign vital, PreparedQuery value, PreparedQuery? capacity)
{
    /// <summary>Kinds of hosts whose bound queries are kept; a fleet has a few.</summary>
    const int ShapesMax = 1_000;

    readonly Dictionary<string, BoundQuery> _shapes = new(StringComparer.Ordinal);

    public VitalSign Vital => vital;

    public PreparedQuery Value => value;

    public PreparedQuery? Capacity => capacity;

    /// <summary>The value's query without selecting and decoding; null where it says too much for that.</summary>
    public StandingQuery? Standing { get; } =
        StandingQuery.Of(value) is { Labels: not null } standing ? standing : null;

    /// <summary>The value's query for a host with these series; hosts with like disks and the like share one.</summary>
    public BoundQuery Bind(IReadOnlyList<IReadOnlyList<LabelSet>> series)
    {
        string[] kept = [.. Standing!.Labels!];
        LabelSet[][] reduced = [.. series.Select(input => (LabelSet[])[.. input.Select(one => one.Only(kept))])];
        string shape = string.Join('\n', reduced.Select(static input => string.Join<LabelSet>(' ', input)));
        if (!_shapes.TryGetValue(shape, out var bound))
        {
            if (_shapes.Count >= ShapesMax)
            {
                _shapes.Clear();
            }

            bound = Standing.Bind(reduced);
            _shapes.Add(shape, bound);
        }

        return bound;
    }
}

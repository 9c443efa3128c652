using Presage.Metrics;

namespace Presage.Query;

/// <summary>
/// A standing query bound to the labels of its inputs. May serve all sources that have the same labels, one at a time:
/// its answers lie in buffers of its own until it is asked again.
/// </summary>
public sealed class BoundQuery
{
    readonly BoundNode _root;

    internal BoundQuery(BoundNode root)
    {
        _root = root;
    }

    /// <summary>The labels of the values that <see cref="Evaluate"/> returns.</summary>
    public IReadOnlyList<LabelSet> Labels => _root.Labels;

    /// <summary>
    /// The values now, one for each of <see cref="Labels"/>; not a number where there is none.
    /// </summary>
    /// <param name="inputs">The value of each series, input by input (<see cref="StandingInput.Of"/>).</param>
    public ReadOnlySpan<double> Evaluate(ReadOnlySpan<double> inputs) => _root.Evaluate(inputs);
}

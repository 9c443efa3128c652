using Presage.Metrics;

namespace Presage.Query.Evaluation;

/// <summary>
/// A vector expression made ready to run. Immutable, so that one prepared query can run on many threads. Series
/// stream: each
/// is yielded once, with all its steps, no two with equal labels.
/// </summary>
abstract class VectorPlan
{
    public abstract IEnumerable<StepSeries> Evaluate(Frame frame);

    /// <summary>
    /// Whether all series bear the same name, or none; then dropping it cannot make two of them equal.
    /// </summary>
    public virtual bool SharesName => false;
}

/// <summary>A scalar expression: one value per step, never absent. The caller owns the column.</summary>
abstract class ScalarPlan
{
    public abstract double[] Evaluate(Frame frame);
}

/// <summary>A range expression: raw samples of each series, staleness markers removed.</summary>
abstract class RangePlan
{
    /// <summary>The windows that belong to the steps of a frame.</summary>
    public abstract Windows WindowsIn(Frame frame);

    /// <summary>Reads series after series into the columns; yields the labels once the columns are filled.</summary>
    public abstract IEnumerable<StepSeries> Scan(Frame frame, SampleColumns columns);

    public virtual bool SharesName => false;
}

/// <summary>
/// Left-open windows <c>(end - range, end]</c>, one per step; all the same where <paramref name="StepMs"/> is 0.
/// </summary>
/// <param name="FirstEndMs">The end of the first step's window.</param>
/// <param name="StepMs">How far the window moves from step to step.</param>
/// <param name="RangeMs">The width.</param>
readonly record struct Windows(long FirstEndMs, long StepMs, long RangeMs);

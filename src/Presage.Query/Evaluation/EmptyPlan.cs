namespace Presage.Query.Evaluation;

/// <summary>
/// Functions that work on native histograms alone (<c>histogram_sum</c>): floats are ignored, and stores hold nothing
/// else.
/// </summary>
sealed class EmptyPlan : VectorPlan
{
    public override bool SharesName => true;

    public override IEnumerable<StepSeries> Evaluate(Frame frame) => [];
}

using Presage.Metrics;

namespace Presage.Query.Evaluation;

/// <summary>
/// One series over the steps of a <see cref="Frame"/>. Whoever receives it owns the values: hands them on, or back to
/// the
/// frame. A dropped name is noted only; the labels without it are made when somebody needs them.
/// </summary>
readonly struct StepSeries(LabelSet labels, double[] values, bool nameDropped = false)
{
    /// <summary>The labels, perhaps with a name that is no longer part of the result.</summary>
    public LabelSet RawLabels { get; } = labels;

    /// <summary>One value per step, <see cref="Point.Absent"/> where there is none.</summary>
    public double[] Values { get; } = values;

    public bool NameDropped { get; } = nameDropped;

    public StepSeries DropName() => new(RawLabels, Values, nameDropped: true);

    /// <summary>The labels as operators see them: with delayed removal a dropped name is still there.</summary>
    public LabelSet Labels(QueryRun run) =>
        NameDropped && !run.DelaysNameRemoval ? run.WithoutName(RawLabels) : RawLabels;
}

using Presage.Metrics;

namespace Presage.Query.Evaluation;

/// <summary>
/// One series over the steps of a <see cref="Frame"/>. Whoever receives it owns the values: hands them on, or back to
/// the
/// frame. A dropped name is noted only; the labels without it are made when somebody needs them.
/// </summary>
readonly struct StepSeries(
    LabelSet labels, double[] values, bool nameDropped = false, NativeHistogram?[]? histograms = null)
{
    /// <summary>The labels, perhaps with a name that is no longer part of the result.</summary>
    public LabelSet RawLabels { get; } = labels;

    /// <summary>One value per step, <see cref="Point.Absent"/> where there is none.</summary>
    public double[] Values { get; } = values;

    public bool NameDropped { get; } = nameDropped;

    /// <summary>
    /// Per step the native histogram, null where there is none (the value then is a number or absent); null as a
    /// whole for the many series that have none at all.
    /// </summary>
    public NativeHistogram?[]? Histograms { get; } = histograms;

    public bool HasAny => Point.AnyIn(Values) || HasHistograms;

    public bool HasHistograms => Histograms is not null && Array.Exists(Histograms, static h => h is not null);

    public bool IsPresent(int step) => !Point.IsAbsent(Values[step]) || Histograms?[step] is not null;

    /// <summary>Takes the point of a step away.</summary>
    public void Remove(int step)
    {
        Values[step] = Point.Absent;
        if (Histograms is not null)
        {
            Histograms[step] = null;
        }
    }

    /// <summary>The series without its histograms, for what works on numbers alone.</summary>
    public StepSeries NumbersOnly() => Histograms is null ? this : new(RawLabels, Values, NameDropped);

    public StepSeries DropName() => new(RawLabels, Values, nameDropped: true, Histograms);

    /// <summary>The labels as operators see them: with delayed removal a dropped name is still there.</summary>
    public LabelSet Labels(QueryRun run) =>
        NameDropped && !run.DelaysNameRemoval ? run.WithoutName(RawLabels) : RawLabels;
}

using Presage.Metrics;
using Presage.Query.Evaluation;

namespace Presage.Query;

/// <summary>What a standing query makes of a series' samples.</summary>
public enum WindowKind
{
    /// <summary>The newest value.</summary>
    Newest,

    /// <summary><c>rate</c> over the window.</summary>
    Rate,

    /// <summary><c>rate</c> from the first sample of the window to the last.</summary>
    RateBetweenSamples,

    /// <summary><c>increase</c> over the window.</summary>
    Increase,
}

/// <summary>One selector of a standing query.</summary>
/// <param name="WindowMs">How far back it looks; 0 for the newest value, which looks back as the caller says.</param>
public sealed record StandingInput(IReadOnlyList<LabelMatcher> Matchers, WindowKind Kind, long WindowMs)
{
    /// <summary>No value.</summary>
    public static double Absent => Point.Absent;

    /// <summary>
    /// What one series comes to at a time, from its samples in ascending order, those later than that left out.
    /// </summary>
    /// <param name="lookbackMs">How old the newest value may be.</param>
    public double Of(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values, long atMs, long lookbackMs)
    {
        int end = timestampsMs.Length;
        while (end > 0 && timestampsMs[end - 1] > atMs)
        {
            end--;
        }

        if (Kind == WindowKind.Newest)
        {
            bool isThere = end > 0 && atMs - timestampsMs[end - 1] < lookbackMs;
            return isThere && !SampleValue.IsStale(values[end - 1]) ? values[end - 1] : Point.Absent;
        }

        int start = end;
        while (start > 0 && timestampsMs[start - 1] > atMs - WindowMs)
        {
            start--;
        }

        return RateOf(timestampsMs[start..end], values[start..end], atMs);
    }

    /// <summary>As <see cref="Functions.RateKernels"/> has it, for one window.</summary>
    double RateOf(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values, long atMs)
    {
        int first = -1, last = -1, samples = 0;
        double change = 0, before = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (SampleValue.IsStale(values[i]))
            {
                continue;
            }

            if (first < 0)
            {
                first = i;
            }
            else if (values[i] < before)
            {
                change += before;
            }

            before = values[i];
            last = i;
            samples++;
        }

        if (samples < 2)
        {
            return Point.Absent;
        }

        change += values[last] - values[first];
        double sampled = (timestampsMs[last] - timestampsMs[first]) / 1000.0;
        if (Kind == WindowKind.RateBetweenSamples)
        {
            return change / sampled;
        }

        double distance = sampled / (samples - 1);
        double toStart = (timestampsMs[first] - (atMs - WindowMs)) / 1000.0;
        double toEnd = (atMs - timestampsMs[last]) / 1000.0;
        double threshold = distance * 1.1;
        toStart = toStart >= threshold ? distance / 2 : toStart;
        double toZero = change > 0 && values[first] >= 0 ? sampled * (values[first] / change) : toStart;
        toStart = Math.Min(toStart, toZero);
        toEnd = toEnd >= threshold ? distance / 2 : toEnd;
        double factor = (sampled + toStart + toEnd) / sampled;
        return change * (Kind == WindowKind.Rate ? factor / (WindowMs / 1000.0) : factor);
    }
}

using Presage.Metrics;
using Presage.Query.Evaluation;

namespace Presage.Query.Planning;

/// <summary>A frame of one step without data, to fold constants in.</summary>
static class ConstantFrame
{
    public static Frame Create() => new(
        new QueryRun(new QueryLimits(), QueryFeatures.None, "", NoSamples.Instance, CancellationToken.None)
        {
            StartMs = 0,
            EndMs = 0,
            StepMs = 0,
        },
        0,
        1,
        1);

    sealed class NoSamples : ISampleSource
    {
        public static readonly NoSamples Instance = new();

        public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range) => [];

        public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range) => [];

        public IReadOnlyList<string> LabelValues(
            string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range) => [];
    }
}

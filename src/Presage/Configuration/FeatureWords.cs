using Presage.Query;

namespace Presage.Configuration;

/// <summary>The words of <c>query.features</c>: those that Prometheus takes by --enable-feature.</summary>
static class FeatureWords
{
    public static IReadOnlyDictionary<string, QueryFeatures> All { get; } = new Dictionary<string, QueryFeatures>
    {
        ["promql-experimental-functions"] = QueryFeatures.ExperimentalFunctions,
        ["promql-duration-expr"] = QueryFeatures.DurationExpressions,
        ["promql-extended-range-selectors"] = QueryFeatures.ExtendedRangeSelectors,
        ["promql-binop-fill-modifiers"] = QueryFeatures.BinaryFill,
        ["promql-delayed-name-removal"] = QueryFeatures.DelayedNameRemoval,
        ["type-and-unit-labels"] = QueryFeatures.TypeAndUnitLabels,
    };

    /// <summary>Reads words separated by commas; false when one is unknown.</summary>
    public static bool TryParse(string text, out QueryFeatures features)
    {
        features = QueryFeatures.None;
        foreach (string word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!All.TryGetValue(word, out var feature))
            {
                return false;
            }

            features |= feature;
        }

        return true;
    }
}

using Presage.Query.Parsing;

namespace Presage.Query.Functions;

/// <summary>What a function takes and gives.</summary>
/// <param name="Name">Its name in PromQL.</param>
/// <param name="Returns">The type of its result.</param>
/// <param name="Parameters">The types of its parameters.</param>
/// <param name="Optional">
/// How many of the last parameters may be left out; -1 when the last may repeat any number of times.
/// </param>
/// <param name="Experimental">Whether it needs <see cref="QueryFeatures.ExperimentalFunctions"/>.</param>
sealed record FunctionSignature(
    string Name, ValueKind Returns, IReadOnlyList<ValueKind> Parameters, int Optional, bool Experimental);

namespace Presage.Query;

/// <summary>
/// A valid expression cannot be evaluated over the data: ambiguous matching, duplicate series, a limit passed.
/// </summary>
public sealed class PromQlExecutionException(string message) : Exception(message);

namespace Presage.Query;

/// <summary>
/// The text is not a PromQL expression, or its types do not fit. The message starts with <c>line:column: parse
/// error:</c>
/// as Prometheus writes it.
/// </summary>
public sealed class PromQlException : Exception
{
    public PromQlException(string message, int position, int length)
        : base(message)
    {
        Position = position;
        Length = length;
    }

    /// <summary>Where the error starts, in UTF-16 units from the start of the query.</summary>
    public int Position { get; }

    /// <summary>How many UTF-16 units the offending text spans; 0 at the end of the input.</summary>
    public int Length { get; }
}

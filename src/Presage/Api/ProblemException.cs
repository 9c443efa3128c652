namespace Presage.Api;

/// <summary>Thrown by an endpoint to answer with a <see cref="Problem"/>; the edge writes it.</summary>
sealed class ProblemException(int status, string detail, string? field = null, string? fix = null) : Exception(detail)
{
    public Problem Problem { get; } = Problem.Of(status, detail, field, fix);

    public static ProblemException NotFound(string what) => new(StatusCodes.Status404NotFound, what);

    public static ProblemException Conflict(string detail, string? fix = null) =>
        new(StatusCodes.Status409Conflict, detail, null, fix);

    /// <summary>A field holds a value that cannot be accepted.</summary>
    public static ProblemException BadField(string field, string detail, string? fix = null) =>
        new(StatusCodes.Status422UnprocessableEntity, detail, field, fix);
}

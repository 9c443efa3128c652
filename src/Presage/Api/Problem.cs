namespace Presage.Api;

/// <summary>An error answer, RFC 9457 (<c>application/problem+json</c>).</summary>
/// <param name="Type">Always <c>about:blank</c>: the status says the kind.</param>
/// <param name="Title">The kind of error in two or three words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What went wrong, as a sentence a user can act on.</param>
/// <param name="Field">The field of the request that is wrong, as a JSON path.</param>
/// <param name="Fix">What to do about it.</param>
sealed record Problem(string Type, string Title, int Status, string Detail, string? Field, string? Fix)
{
    public const string ContentType = "application/problem+json";

    public static Problem Of(int status, string detail, string? field = null, string? fix = null) =>
        new("about:blank", TitleOf(status), status, detail, field, fix);

    static string TitleOf(int status) => status switch
    {
        400 => "Bad request",
        401 => "Not signed in",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Method not allowed",
        409 => "Conflict",
        413 => "Too large",
        415 => "Unsupported media type",
        421 => "Unknown host name",
        422 => "Bad value",
        429 => "Too many requests",
        503 => "Not available",
        _ => status >= 500 ? "Server error" : "Error",
    };
}

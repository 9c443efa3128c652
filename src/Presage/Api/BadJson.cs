using System.Text.Json;
using System.Text.RegularExpressions;

namespace Presage.Api;

/// <summary>Says what is wrong with a request's JSON in the words of the API, not of its parser.</summary>
static partial class BadJson
{
    public static Problem Explain(JsonException e)
    {
        string? path = e.Path is { Length: > 2 } p && p.StartsWith("$.", StringComparison.Ordinal) ? p[2..] : null;
        return Problem.Of(StatusCodes.Status400BadRequest, Detail(e, path), path);
    }

    static string Detail(JsonException e, string? path)
    {
        if (e.InnerException is null && Missing().Match(e.Message) is { Success: true } missing)
        {
            return $"The request lacks {missing.Groups[1].Value.TrimEnd('.')}.";
        }

        if (e.Message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return $"\"{path}\" is not a field of this request.";
        }

        if (e.Message.Contains("could not be converted", StringComparison.Ordinal))
        {
            return $"The value of {path ?? "the request"} is of the wrong type or not one of the accepted words.";
        }

        if (e.Message.Contains("doesn't allow null", StringComparison.OrdinalIgnoreCase)
            || e.Message.Contains("doesn't allow setting null", StringComparison.OrdinalIgnoreCase))
        {
            return $"{path ?? "A field"} cannot be null.";
        }

        return $"The request is not JSON: {Position().Replace(e.Message, "").TrimEnd()}";
    }

    [GeneratedRegex("missing required properties including: (.*)$")]
    private static partial Regex Missing();

    [GeneratedRegex(" (Path|LineNumber|BytePositionInLine):.*$")]
    private static partial Regex Position();
}

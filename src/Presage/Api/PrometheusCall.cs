using System.Globalization;
using Microsoft.Extensions.Primitives;
using Presage.Configuration;

namespace Presage.Api;

/// <summary>The parameters of a call of the Prometheus API, from the address and, by POST, from the form.</summary>
sealed class PrometheusCall
{
    readonly IQueryCollection _query;
    readonly IFormCollection? _form;

    PrometheusCall(IQueryCollection query, IFormCollection? form)
    {
        _query = query;
        _form = form;
    }

    public IReadOnlyList<string> Selectors =>
        [.. _query["match[]"].Concat(_form?["match[]"] ?? StringValues.Empty).OfType<string>()];

    /// <exception cref="PrometheusException">The body is no form: zeros, too many or too long parameters.</exception>
    public static async Task<PrometheusCall> ReadAsync(HttpContext context)
    {
        try
        {
            var request = context.Request;
            return new PrometheusCall(
                request.Query, request.HasFormContentType ? await request.ReadFormAsync(context.RequestAborted) : null);
        }
        catch (InvalidDataException e)
        {
            throw new PrometheusException(
                StatusCodes.Status400BadRequest, "bad_data", $"error parsing form values: {e.Message}");
        }
    }

    /// <summary>A parameter, or null when it is missing or empty.</summary>
    public string? Text(string name)
    {
        string text = (_form?[name] ?? StringValues.Empty) is { Count: > 0 } value
            ? value.ToString() : _query[name].ToString();
        return text.Length == 0 ? null : text;
    }

    /// <summary>A time in ms since 1970 UTC; null when missing.</summary>
    /// <exception cref="PrometheusException">It is neither seconds nor RFC 3339.</exception>
    public long? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Number(text) is { } seconds && Math.Abs(seconds) < 9e12)
        {
            return (long)Math.Round(seconds * 1000);
        }

        return DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out var time)
            && text.Contains('T')
            ? time.ToUnixTimeMilliseconds()
            : throw PrometheusException.BadParameter(name, $"cannot parse \"{text}\" to a valid timestamp");
    }

    public long RequiredTime(string name) =>
        Time(name) ?? throw PrometheusException.BadParameter(name, "cannot parse \"\" to a valid timestamp");

    /// <summary>The step in ms.</summary>
    public long Step() => (long)(Duration("step")
        ?? throw PrometheusException.BadParameter("step", "cannot parse \"\" to a valid duration")).TotalMilliseconds;

    /// <summary>A duration as seconds or as <c>1h30m</c>; null when missing.</summary>
    public TimeSpan? Duration(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Number(text) is { } seconds && Math.Abs(seconds) < 9e9)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return ConfigurationValue.TryDuration(text, out var span)
            ? span
            : TryYears(text, out span) ? span
            : throw PrometheusException.BadParameter(name, $"cannot parse \"{text}\" to a valid duration");
    }

    /// <summary>How many results are wanted; all of them when 0.</summary>
    public int Limit() => Text("limit") is not { } text ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) ? limit
        : throw PrometheusException.BadParameter("limit", "limit must be a non-negative number");

    static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value)
            ? value
            : null;

    static bool TryYears(string text, out TimeSpan span)
    {
        span = default;
        if (!text.EndsWith('y') || !int.TryParse(
            text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int years) || years > 1000)
        {
            return false;
        }

        span = TimeSpan.FromDays(365.0 * years);
        return true;
    }
}
